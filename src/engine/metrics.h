// Counters of one server, written by engine threads and read by anybody.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/operation.h"
#include "engine/outcome.h"

namespace cache {

// Latencies fall into buckets of doubling width: bucket i counts those below 2^i microseconds that
// no smaller bucket holds; the last one takes the rest.
inline constexpr std::size_t kLatencyBuckets = 28;

struct CommandMetrics {
  std::uint64_t count = 0;   // answered, failures included
  std::uint64_t misses = 0;  // Miss
  std::uint64_t failures = 0;
  std::uint64_t microseconds = 0;  // sum of all latencies
  std::array<std::uint64_t, kLatencyBuckets> latency{};
};

struct ServerMetrics {
  std::array<CommandMetrics, kCommandCount> commands{};
  std::uint64_t pending = 0;      // handed over and not yet answered
  std::uint64_t connections = 0;  // open now
  std::uint64_t connects = 0;     // opened since the start
  bool breaker_open = false;
};

class MetricsRecorder {
 public:
  void record(Command command, Status status, Clock::duration latency);

  // Adds the counters of the commands to `metrics`.
  void read(ServerMetrics& metrics) const;

 private:
  struct Counters {
    std::atomic<std::uint64_t> misses{0};
    std::atomic<std::uint64_t> failures{0};
    std::atomic<std::uint64_t> microseconds{0};
    std::array<std::atomic<std::uint64_t>, kLatencyBuckets> latency{};
  };
  std::array<Counters, kCommandCount> commands_{};
};

}  // namespace cache
