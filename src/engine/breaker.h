// The circuit breaker of one server.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <random>

#include "engine/operation.h"
#include "engine/outcome.h"

namespace cache {

// A deadline as short as this says nothing about the server that missed it.
inline constexpr std::chrono::milliseconds kTellingWait{20};

// Why not libmemcached's own: it counts failed connects only, never timeouts (H24), keeps whole
// seconds of the wall clock (H27), and hides the cause (H28).
//
// Opens after kFailuresToOpen failures in a row; then nothing is sent but a probe, first after
// kFirstBackoff, then at doubling, jittered intervals up to kLongestBackoff, which keeps the
// recovery after a restart below a second. Any thread.
class Breaker {
 public:
  static constexpr std::uint32_t kFailuresToOpen = 3;
  static constexpr std::chrono::milliseconds kFirstBackoff{100};
  static constexpr std::chrono::milliseconds kLongestBackoff{600};

  explicit Breaker(std::uint64_t jitter_seed = std::random_device{}());

  bool is_open() const { return open_.load(std::memory_order_acquire); }

  // What operations are answered while it is open: Authentication when that is why it opened, so
  // that a wrong password is not taken for an outage.
  Status reason() const { return reason_.load(std::memory_order_acquire); }

  // True when this failure opened the breaker.
  bool record_failure(Status cause, Deadline now);
  // True when this success closed it.
  bool record_success();
  // True at most once an interval, while open: the caller must then probe the server.
  bool take_probe(Deadline now);

 private:
  void schedule_probe(Deadline now);

  std::atomic<bool> open_{false};
  std::atomic<Status> reason_{Status::ServerDown};
  std::atomic<std::uint32_t> consecutive_failures_{0};
  std::mutex mutex_;  // guards all below
  std::chrono::milliseconds backoff_{kFirstBackoff};
  Deadline next_probe_{};
  std::minstd_rand jitter_;
};

}  // namespace cache
