// Which lane the operations of a key wait in.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace cache {

// While operations of a key wait or are under way, later ones of it must follow them on their lane;
// when there are none, the next one may go wherever there is room. Kept for groups of keys, by
// their hash: keys that share a group only share a lane for a moment. Any thread.
class KeyOrder {
 public:
  using Group = std::uint16_t;

  static Group group_of(std::string_view key) {
    return static_cast<Group>(std::hash<std::string_view>{}(key) % kGroups);
  }

  // Counts an operation in and returns its lane: the group's, or the one `choose` returns.
  template <typename Choose>
  std::uint32_t join(Group group, Choose choose) {
    std::atomic<std::uint32_t>& entry = entries_[group];
    std::uint32_t seen = entry.load(std::memory_order_acquire);
    for (;;) {
      const bool is_free = (seen & kCountMask) == 0;
      const std::uint32_t lane = is_free ? choose() : seen >> kLaneShift;
      const std::uint32_t joined = is_free ? lane << kLaneShift | 1 : seen + 1;
      if (entry.compare_exchange_weak(seen, joined, std::memory_order_acq_rel)) return lane;
    }
  }

  // Counts an operation out: it was answered, and nothing of it is left on its lane.
  void leave(Group group) { entries_[group].fetch_sub(1, std::memory_order_acq_rel); }

 private:
  static constexpr std::size_t kGroups = 4096;
  static constexpr std::uint32_t kLaneShift = 24;
  static constexpr std::uint32_t kCountMask = (1U << kLaneShift) - 1;

  std::array<std::atomic<std::uint32_t>, kGroups> entries_{};  // lane << 24 | operations
};

}  // namespace cache
