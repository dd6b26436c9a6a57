#include <doctest/doctest.h>

#include <cstdint>
#include <thread>
#include <vector>

#include "engine/latency_histogram.h"

namespace cache {
namespace {

// Where the bucket of a latency ends.
std::uint64_t bound_of(std::uint64_t microseconds) {
  LatencyHistogram histogram;
  histogram.record(microseconds);
  const auto buckets = histogram.read();
  REQUIRE(buckets.size() == 1);
  CHECK(buckets.front().count == 1);
  return buckets.front().below;
}

}  // namespace

TEST_CASE("up to 32 microseconds every latency has a bucket of its own") {
  for (std::uint64_t latency = 0; latency < 32; ++latency) CHECK(bound_of(latency) == latency + 1);
  CHECK(bound_of(32) == 34);
  CHECK(bound_of(33) == 34);
}

TEST_CASE("the bound of a bucket is above what it counts, by a sixteenth at the most") {
  for (std::uint64_t latency = 32; latency < std::uint64_t{1} << 31; latency += 1 + latency / 97) {
    CAPTURE(latency);
    const std::uint64_t bound = bound_of(latency);
    CHECK(bound > latency);
    CHECK(bound - latency <= latency / 16);
  }
}

TEST_CASE("powers of two are bounds, so that counts below them are exact") {
  for (int bits = 0; bits < 31; ++bits) {
    CAPTURE(bits);
    const std::uint64_t power = std::uint64_t{1} << bits;
    CHECK(bound_of(power - 1) == power);
    CHECK(bound_of(power) > power);
  }
}

TEST_CASE("the last bucket takes the rest") {
  const std::uint64_t last = std::uint64_t{1} << 31;
  CHECK(bound_of(last - 1) == last);
  CHECK(bound_of(last) == last);
  CHECK(bound_of(UINT64_MAX) == last);
}

TEST_CASE("buckets are read in their order, the empty ones left out") {
  LatencyHistogram histogram;
  CHECK(histogram.read().empty());
  for (const std::uint64_t latency : {5'000'000, 7, 120, 7}) histogram.record(latency);
  const auto buckets = histogram.read();
  REQUIRE(buckets.size() == 3);
  CHECK(buckets[0] == LatencyBucket{.below = 8, .count = 2});
  CHECK(buckets[1].below == 124);
  CHECK(buckets[2].below > 5'000'000);
}

TEST_CASE("no latency of any thread is lost") {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kRecords = 5000;
  LatencyHistogram histogram;
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (std::uint64_t i = 0; i < kRecords; ++i) histogram.record(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::uint64_t count = 0;
  for (const LatencyBucket& bucket : histogram.read()) count += bucket.count;
  CHECK(count == kThreads * kRecords);
}

}  // namespace cache
