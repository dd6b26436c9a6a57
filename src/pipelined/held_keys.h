// Keys whose next operation has to wait for a reply.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace cache {

// A counter with an initial value takes several requests; until it is done nothing else of its key
// may be sent, or it would come between them. One thread.
class HeldKeys {
 public:
  void hold(std::string_view key) { ++holders_[std::string(key)]; }
  void release(std::string_view key) {
    const auto holder = holders_.find(key);
    if (holder != holders_.end() && --holder->second == 0) holders_.erase(holder);
  }
  bool contains(std::string_view key) const {
    return !holders_.empty() && holders_.find(key) != holders_.end();
  }
  void clear() { holders_.clear(); }

 private:
  std::map<std::string, unsigned int, std::less<>> holders_;
};

}  // namespace cache
