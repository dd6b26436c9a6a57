#include "engine/metrics.h"

#include <algorithm>
#include <memory>

namespace cache {

MetricsRecorder::~MetricsRecorder() {
  for (const auto& command : commands_) delete command.load(std::memory_order_relaxed);
}

void MetricsRecorder::record(Command command, Status status, Clock::duration latency) {
  Counters& counters = counters_of(command);
  const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::microseconds>(latency).count()));
  counters.latency.record(microseconds);
  counters.microseconds.fetch_add(microseconds, std::memory_order_relaxed);
  std::uint64_t longest = counters.longest_microseconds.load(std::memory_order_relaxed);
  while (longest < microseconds && !counters.longest_microseconds.compare_exchange_weak(
                                       longest, microseconds, std::memory_order_relaxed)) {
  }
  if (status == Status::Miss) counters.misses.fetch_add(1, std::memory_order_relaxed);
  if (is_failure(status)) counters.failures.fetch_add(1, std::memory_order_relaxed);
}

// Of two threads that meet here first, one keeps what it made.
MetricsRecorder::Counters& MetricsRecorder::counters_of(Command command) {
  std::atomic<Counters*>& place = commands_[static_cast<std::size_t>(command)];
  Counters* known = place.load(std::memory_order_acquire);
  if (known != nullptr) return *known;
  auto made = std::make_unique<Counters>();
  if (place.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) {
    return *made.release();
  }
  return *known;
}

std::array<CommandMetrics, kCommandCount> MetricsRecorder::read() const {
  std::array<CommandMetrics, kCommandCount> all{};
  for (std::size_t i = 0; i < kCommandCount; ++i) {
    const Counters* counters = commands_[i].load(std::memory_order_acquire);
    if (counters == nullptr) continue;
    CommandMetrics& command = all[i];
    command.misses = counters->misses.load(std::memory_order_relaxed);
    command.failures = counters->failures.load(std::memory_order_relaxed);
    command.microseconds = counters->microseconds.load(std::memory_order_relaxed);
    command.longest_microseconds = counters->longest_microseconds.load(std::memory_order_relaxed);
    command.latency = counters->latency.read();
    for (const LatencyBucket& bucket : command.latency) command.count += bucket.count;
  }
  return all;
}

}  // namespace cache
