// The most frequent of any number of keys, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cache {

struct HotKey {
  std::string key;
  std::uint64_t count = 0;  // at least as often as it came, too often by `error` at most
  std::uint64_t error = 0;
};

// Space-Saving (Metwally, Agrawal, El Abbadi: "Efficient computation of frequent and top-k elements
// in data streams", 2005). A key without a counter takes over the smallest one, and its count as
// its error. So count - error <= true count <= count, and a key that came more often than all keys
// together divided by the capacity has a counter. One thread.
class SpaceSaving {
 public:
  explicit SpaceSaving(std::size_t capacity) : capacity_(capacity) {}

  void add(std::string_view key);

  // The largest count first.
  std::vector<HotKey> read() const;

 private:
  struct Counter {
    std::uint64_t count = 0;
    std::uint64_t error = 0;
    std::size_t place = 0;  // in heap_
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Counters = std::unordered_map<std::string, Counter, Hash, std::equal_to<>>;

  void increase(Counter& counter);
  void rise(std::size_t place);
  void sink(std::size_t place);
  std::uint64_t count_at(std::size_t place) const { return heap_[place]->second.count; }
  void swap(std::size_t left, std::size_t right);

  const std::size_t capacity_;
  Counters counters_;
  std::vector<Counters::value_type*> heap_;  // the smallest count in front
};

}  // namespace cache
