// Keys whose next operation has to wait for a reply.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "engine/batch.h"

namespace cache {

// A counter with an initial value takes several requests; until it is done nothing else of its key
// may be sent, or it would come between them: it waits here, and nobody else for it. Counters with
// initial values may overtake each other: the sum is the same. One thread.
class HeldKeys {
 public:
  using Waiting = std::deque<QueuedOperation>;

  bool must_wait(const QueuedOperation& queued) const {
    if (keys_.empty() || queued.retried) return false;  // what is asked again stands before it
    const Operation& operation = queued.operation();
    const auto key = keys_.find(operation.key);
    return key != keys_.end() && !(operation.has_initial && key->second.waiting.empty());
  }
  void wait(QueuedOperation&& queued) {
    keys_.find(queued.operation().key)->second.waiting.push_back(std::move(queued));
    ++waiting_;
  }
  std::size_t waiting() const { return waiting_; }

  void hold(std::string_view key) { ++keys_[std::string(key)].holders; }
  // The counter is done with; once no other holds its key, gives what has waited for it.
  Waiting release(std::string_view key) {
    const auto held = keys_.find(key);
    if (held == keys_.end() || --held->second.holders > 0) return {};
    Waiting waiting = std::move(held->second.waiting);
    keys_.erase(held);
    waiting_ -= waiting.size();
    return waiting;
  }
  // Everything that waits, in the order of its key. Its keys stay held.
  Waiting take_waiting() {
    Waiting all;
    for (auto& [_, held] : keys_) {
      std::move(held.waiting.begin(), held.waiting.end(), std::back_inserter(all));
      held.waiting.clear();
    }
    waiting_ = 0;
    return all;
  }
  void clear() { keys_.clear(); }

 private:
  struct Held {
    unsigned int holders = 0;
    Waiting waiting;
  };
  std::map<std::string, Held, std::less<>> keys_;
  std::size_t waiting_ = 0;
};

}  // namespace cache
