#include "engine/space_saving.h"

#include <algorithm>
#include <utility>

namespace cache {

void SpaceSaving::add(std::string_view key) {
  if (const auto known = counters_.find(key); known != counters_.end()) {
    increase(known->second);
  } else if (counters_.size() < capacity_) {
    const Counter first{.count = 1, .place = heap_.size()};
    heap_.push_back(&*counters_.emplace(key, first).first);
    rise(first.place);
  } else {
    // The node keeps its address, and with it its place in the heap.
    auto smallest = counters_.extract(heap_.front()->first);
    smallest.key() = key;
    smallest.mapped().error = smallest.mapped().count;
    increase(counters_.insert(std::move(smallest)).position->second);
  }
}

std::vector<HotKey> SpaceSaving::read() const {
  std::vector<HotKey> keys;
  keys.reserve(counters_.size());
  for (const auto& [key, counter] : counters_) keys.push_back({key, counter.count, counter.error});
  std::sort(keys.begin(), keys.end(),
            [](const HotKey& left, const HotKey& right) { return left.count > right.count; });
  return keys;
}

void SpaceSaving::increase(Counter& counter) {
  ++counter.count;
  sink(counter.place);
}

void SpaceSaving::rise(std::size_t place) {
  while (place > 0 && count_at((place - 1) / 2) > count_at(place)) {
    swap(place, (place - 1) / 2);
    place = (place - 1) / 2;
  }
}

void SpaceSaving::sink(std::size_t place) {
  for (;;) {
    std::size_t smallest = place;
    for (const std::size_t child : {2 * place + 1, 2 * place + 2}) {
      if (child < heap_.size() && count_at(child) < count_at(smallest)) smallest = child;
    }
    if (smallest == place) return;
    swap(place, smallest);
    place = smallest;
  }
}

void SpaceSaving::swap(std::size_t left, std::size_t right) {
  std::swap(heap_[left], heap_[right]);
  heap_[left]->second.place = left;
  heap_[right]->second.place = right;
}

}  // namespace cache
