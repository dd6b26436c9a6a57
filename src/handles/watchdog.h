// The thread that keeps deadlines when the others are blocked.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "engine/operation.h"

namespace cache {

// Calls `watch` every few milliseconds for as long as that says there is something to watch, and
// sleeps until wake() otherwise: an idle engine costs no wake-ups.
class Watchdog {
 public:
  explicit Watchdog(std::function<bool(Deadline now)> watch);
  // Stops and joins.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Any thread; cheap when it is awake.
  void wake();
  // Any thread. At once, rather than with the next tick.
  void hurry();

 private:
  void run();

  std::function<bool(Deadline)> watch_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> awake_{false};
  bool hurry_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cache
