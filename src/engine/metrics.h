// Counters of one server, written by engine threads and read by anybody.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/latency_histogram.h"
#include "engine/operation.h"
#include "engine/outcome.h"

namespace cache {

struct CommandMetrics {
  std::uint64_t count = 0;   // answered, failures included
  std::uint64_t misses = 0;  // Miss
  std::uint64_t failures = 0;
  std::uint64_t microseconds = 0;          // sum of all latencies
  std::uint64_t longest_microseconds = 0;  // the largest of them
  std::vector<LatencyBucket> latency;      // its counts add up to `count`
};

struct ServerMetrics {
  std::array<CommandMetrics, kCommandCount> commands{};
  std::uint64_t pending = 0;      // handed over and not yet answered
  std::uint64_t connections = 0;  // open now
  std::uint64_t connects = 0;     // opened since the start
  bool breaker_open = false;
};

// Counts only ever grow. A command takes no memory, some 4 KB, before it is first recorded.
class MetricsRecorder {
 public:
  MetricsRecorder() = default;
  ~MetricsRecorder();
  MetricsRecorder(const MetricsRecorder&) = delete;
  MetricsRecorder& operator=(const MetricsRecorder&) = delete;

  void record(Command command, Status status, Clock::duration latency);
  std::array<CommandMetrics, kCommandCount> read() const;

 private:
  struct Counters {
    std::atomic<std::uint64_t> misses{0};
    std::atomic<std::uint64_t> failures{0};
    std::atomic<std::uint64_t> microseconds{0};
    std::atomic<std::uint64_t> longest_microseconds{0};
    LatencyHistogram latency;
  };
  Counters& counters_of(Command command);

  std::array<std::atomic<Counters*>, kCommandCount> commands_{};  // owned; set once
};

}  // namespace cache
