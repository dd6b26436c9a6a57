#include "engine/breaker.h"

#include <algorithm>

namespace cache {

Breaker::Breaker(std::uint64_t jitter_seed)
    : jitter_(static_cast<std::minstd_rand::result_type>(jitter_seed)) {}

bool Breaker::record_failure(Status cause, Deadline now) {
  if (consecutive_failures_.fetch_add(1, std::memory_order_acq_rel) + 1 < kFailuresToOpen) {
    return false;
  }
  const std::lock_guard lock(mutex_);
  if (is_open()) return false;
  reason_.store(cause == Status::Authentication ? cause : Status::ServerDown,
                std::memory_order_release);
  backoff_ = kFirstBackoff;
  schedule_probe(now);
  open_.store(true, std::memory_order_release);
  return true;
}

bool Breaker::record_success() {
  consecutive_failures_.store(0, std::memory_order_release);
  if (!is_open()) return false;
  const std::lock_guard lock(mutex_);
  return open_.exchange(false, std::memory_order_acq_rel);
}

bool Breaker::take_probe(Deadline now) {
  if (!is_open()) return false;
  const std::lock_guard lock(mutex_);
  if (!is_open() || now < next_probe_) return false;
  backoff_ = std::min(backoff_ * 2, kLongestBackoff);
  schedule_probe(now);
  return true;
}

// Between 75 % and 125 % of the back-off, so that the clients of a fleet do not probe in step.
void Breaker::schedule_probe(Deadline now) {
  std::uniform_int_distribution<std::int64_t> spread(-backoff_.count() / 4, backoff_.count() / 4);
  next_probe_ = now + backoff_ + std::chrono::milliseconds(spread(jitter_));
}

}  // namespace cache
