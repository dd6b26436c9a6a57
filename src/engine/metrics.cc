#include "engine/metrics.h"

#include <algorithm>
#include <bit>

namespace cache {

void MetricsRecorder::record(Command command, Status status, Clock::duration latency) {
  Counters& counters = commands_[static_cast<std::size_t>(command)];
  const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::microseconds>(latency).count()));
  const std::size_t bucket =
      std::min<std::size_t>(std::bit_width(microseconds), kLatencyBuckets - 1);
  counters.latency[bucket].fetch_add(1, std::memory_order_relaxed);
  counters.microseconds.fetch_add(microseconds, std::memory_order_relaxed);
  if (status == Status::Miss) counters.misses.fetch_add(1, std::memory_order_relaxed);
  if (is_failure(status)) counters.failures.fetch_add(1, std::memory_order_relaxed);
}

void MetricsRecorder::read(ServerMetrics& metrics) const {
  for (std::size_t i = 0; i < kCommandCount; ++i) {
    CommandMetrics& command = metrics.commands[i];
    command.misses += commands_[i].misses.load(std::memory_order_relaxed);
    command.failures += commands_[i].failures.load(std::memory_order_relaxed);
    command.microseconds += commands_[i].microseconds.load(std::memory_order_relaxed);
    for (std::size_t bucket = 0; bucket < kLatencyBuckets; ++bucket) {
      const std::uint64_t count = commands_[i].latency[bucket].load(std::memory_order_relaxed);
      command.latency[bucket] += count;
      command.count += count;
    }
  }
}

}  // namespace cache
