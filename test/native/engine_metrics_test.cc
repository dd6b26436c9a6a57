#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "engine/metrics.h"

namespace cache {
namespace {

using std::chrono::microseconds;

CommandMetrics metrics_of(const MetricsRecorder& recorder, Command command) {
  ServerMetrics metrics;
  recorder.read(metrics);
  return metrics.commands[static_cast<std::size_t>(command)];
}

std::size_t bucket_of(Clock::duration latency) {
  MetricsRecorder recorder;
  recorder.record(Command::Get, Status::Ok, latency);
  const auto metrics = metrics_of(recorder, Command::Get);
  for (std::size_t i = 0; i < kLatencyBuckets; ++i) {
    if (metrics.latency[i] == 1) return i;
  }
  return kLatencyBuckets;
}

}  // namespace

TEST_CASE("bucket i holds the latencies below 2^i microseconds that no smaller one holds") {
  CHECK(bucket_of(microseconds(0)) == 0);
  CHECK(bucket_of(microseconds(1)) == 1);
  for (std::size_t i = 1; i < kLatencyBuckets; ++i) {
    CAPTURE(i);
    CHECK(bucket_of(microseconds(1LL << (i - 1))) == i);
    if (i < kLatencyBuckets - 1) CHECK(bucket_of(microseconds((1LL << i) - 1)) == i);
  }
}

TEST_CASE("the last bucket takes the rest, the first what is less than a microsecond") {
  CHECK(bucket_of(std::chrono::hours(100)) == kLatencyBuckets - 1);
  CHECK(bucket_of(std::chrono::nanoseconds(999)) == 0);
  CHECK(bucket_of(microseconds(-5)) == 0);
}

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

TEST_CASE("reading adds to what is there, so that engines can be summed up") {
  MetricsRecorder one;
  MetricsRecorder other;
  one.record(Command::Incr, Status::Ok, microseconds(3));
  other.record(Command::Incr, Status::Miss, microseconds(3));
  ServerMetrics metrics;
  one.read(metrics);
  other.read(metrics);
  const auto& incr = metrics.commands[static_cast<std::size_t>(Command::Incr)];
  CHECK(incr.count == 2);
  CHECK(incr.misses == 1);
  CHECK(incr.latency[2] == 2);
  CHECK(incr.microseconds == 6);
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
}

}  // namespace cache
