#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "engine/metrics.h"

namespace cache {
namespace {

using std::chrono::microseconds;

CommandMetrics metrics_of(const MetricsRecorder& recorder, Command command) {
  return recorder.read()[static_cast<std::size_t>(command)];
}

}  // namespace

TEST_CASE("misses and failures are counted apart, each in its command") {
  MetricsRecorder recorder;
  recorder.record(Command::Get, Status::Ok, microseconds(10));
  recorder.record(Command::Get, Status::Miss, microseconds(20));
  recorder.record(Command::Get, Status::Timeout, microseconds(30));
  recorder.record(Command::Get, Status::Closed, microseconds(40));
  recorder.record(Command::Cas, Status::Exists, microseconds(1));
  recorder.record(Command::Add, Status::NotStored, microseconds(1));

  const auto gets = metrics_of(recorder, Command::Get);
  CHECK(gets.count == 4);
  CHECK(gets.misses == 1);
  CHECK(gets.failures == 2);
  CHECK(gets.microseconds == 100);
  for (const Command refused : {Command::Cas, Command::Add}) {
    CHECK(metrics_of(recorder, refused).count == 1);
    CHECK(metrics_of(recorder, refused).misses == 0);
    CHECK(metrics_of(recorder, refused).failures == 0);
  }
  CHECK(metrics_of(recorder, Command::Set).count == 0);
}

TEST_CASE("latencies are counted in buckets, added up, and the longest is kept as it was") {
  MetricsRecorder recorder;
  recorder.record(Command::Incr, Status::Ok, microseconds(3));
  recorder.record(Command::Incr, Status::Miss, microseconds(1000));
  recorder.record(Command::Incr, Status::Ok, microseconds(3));
  const auto incr = metrics_of(recorder, Command::Incr);
  CHECK(incr.latency ==
        std::vector<LatencyBucket>{{.below = 4, .count = 2}, {.below = 1024, .count = 1}});
  CHECK(incr.microseconds == 1006);
  CHECK(incr.longest_microseconds == 1000);
}

TEST_CASE("a latency of less than a microsecond, or of a clock that went back, counts as none") {
  MetricsRecorder recorder;
  recorder.record(Command::Get, Status::Ok, std::chrono::nanoseconds(999));
  recorder.record(Command::Get, Status::Ok, microseconds(-5));
  CHECK(metrics_of(recorder, Command::Get).latency ==
        std::vector<LatencyBucket>{{.below = 1, .count = 2}});
  CHECK(metrics_of(recorder, Command::Get).microseconds == 0);
}

TEST_CASE("no record of any thread is lost") {
  constexpr int kThreads = 4;
  constexpr int kRecords = 5000;
  MetricsRecorder recorder;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRecords; ++i) {
        recorder.record(Command::Touch, Status::Miss, microseconds(i));
        metrics_of(recorder, Command::Touch);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(metrics_of(recorder, Command::Touch).count == kThreads * kRecords);
  CHECK(metrics_of(recorder, Command::Touch).misses == kThreads * kRecords);
  CHECK(metrics_of(recorder, Command::Touch).longest_microseconds == kRecords - 1);
}

}  // namespace cache
