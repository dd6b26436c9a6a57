// Waiting for what another thread or process is about to do.
#pragma once

#include <chrono>
#include <thread>

namespace cache {

// Far longer than anything here takes, under valgrind and on a busy machine too: only a test that
// fails waits for so long.
inline constexpr std::chrono::seconds kPatience{60};

// Whether `condition` becomes true.
template <typename Condition>
bool eventually(const Condition& condition) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace cache
