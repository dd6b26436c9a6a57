// When a thread with nothing to do looks again instead of going to sleep.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <thread>

#include "engine/operation.h"

namespace cache {

// Putting a thread to sleep and waking it costs more than the reply of a near server takes to come
// (docs/architecture.md has the figures). The thread stays awake for a moment while few operations
// are under way, but only after a wait of the same kind, for replies or for work, was that short:
// a server far away or a client that seldom asks costs no time of the processor. One thread.
class SpinPolicy {
 public:
  // Before each wait. `worked`: there was something to do since the last one. `pending`: operations
  // that wait for a reply.
  bool stays_awake(bool worked, std::size_t pending, Deadline now) {
    if (worked) {
      was_short_[waits_for_replies_] = now - wait_began_ < kShortWait;
      wait_began_ = now;
      waits_for_replies_ = pending > 0;
    }
    return has_a_core_to_spare_ && pending <= kFew && was_short_[waits_for_replies_] &&
           now - wait_began_ < kShortWait;
  }

 private:
  static constexpr std::chrono::microseconds kShortWait{100};
  // With more of them the thread has enough to do, and the processor too.
  static constexpr std::size_t kFew = 16;

  const bool has_a_core_to_spare_ = std::thread::hardware_concurrency() > 1;
  std::array<bool, 2> was_short_{};
  std::size_t waits_for_replies_ = 0;
  Deadline wait_began_{};
};

}  // namespace cache
