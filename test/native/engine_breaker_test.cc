#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "engine/breaker.h"

namespace cache {
namespace {

using std::chrono::milliseconds;

const Deadline kStart = Clock::now();

void open(Breaker& breaker, Status cause = Status::Timeout) {
  while (!breaker.record_failure(cause, kStart)) {
  }
}

// How long after `since`, in whole milliseconds, the breaker lets a probe through.
milliseconds time_to_probe(Breaker& breaker, Deadline since) {
  milliseconds waited{0};
  while (!breaker.take_probe(since + waited)) ++waited;
  return waited;
}

// The times between the first probes after it opened.
std::vector<milliseconds> probe_intervals(Breaker& breaker, std::size_t count) {
  std::vector<milliseconds> intervals;
  Deadline since = kStart;
  while (intervals.size() < count) {
    intervals.push_back(time_to_probe(breaker, since));
    since += intervals.back();
  }
  return intervals;
}

}  // namespace

TEST_CASE("the third failure in a row opens the breaker, and it alone says so") {
  Breaker breaker;
  CHECK_FALSE(breaker.is_open());
  CHECK_FALSE(breaker.record_failure(Status::Timeout, kStart));
  CHECK_FALSE(breaker.record_failure(Status::Connection, kStart));
  CHECK_FALSE(breaker.is_open());
  CHECK(breaker.record_failure(Status::Protocol, kStart));
  CHECK(breaker.is_open());
  CHECK_FALSE(breaker.record_failure(Status::Timeout, kStart));
  CHECK(breaker.is_open());
}

TEST_CASE("a success between failures starts the count again") {
  Breaker breaker;
  for (int round = 0; round < 10; ++round) {
    CHECK_FALSE(breaker.record_failure(Status::Timeout, kStart));
    CHECK_FALSE(breaker.record_failure(Status::Timeout, kStart));
    CHECK_FALSE(breaker.record_success());
  }
  CHECK_FALSE(breaker.is_open());
}

TEST_CASE("a success closes the breaker, says so once, and the next three failures open it again") {
  Breaker breaker;
  open(breaker);
  CHECK(breaker.record_success());
  CHECK_FALSE(breaker.is_open());
  CHECK_FALSE(breaker.record_success());
  CHECK_FALSE(breaker.record_failure(Status::Timeout, kStart));
  CHECK_FALSE(breaker.record_failure(Status::Timeout, kStart));
  CHECK(breaker.record_failure(Status::Timeout, kStart));
}

TEST_CASE("a wrong password is not taken for an outage") {
  Breaker breaker;
  open(breaker, Status::Authentication);
  CHECK(breaker.reason() == Status::Authentication);

  breaker.record_success();
  open(breaker, Status::Connection);
  CHECK(breaker.reason() == Status::ServerDown);
}

TEST_CASE("a closed breaker takes no probes") {
  Breaker breaker;
  CHECK_FALSE(breaker.take_probe(kStart));
  CHECK_FALSE(breaker.take_probe(kStart + std::chrono::hours(1)));
}

TEST_CASE("an open breaker takes one probe an interval") {
  Breaker breaker;
  open(breaker);
  const Deadline later = kStart + std::chrono::seconds(1);
  CHECK_FALSE(breaker.take_probe(kStart));
  CHECK(breaker.take_probe(later));
  CHECK_FALSE(breaker.take_probe(later));
  CHECK(breaker.take_probe(later + std::chrono::seconds(1)));
}

TEST_CASE("the intervals double up to a limit and differ by at most a quarter") {
  constexpr std::array kBackoffs{100, 200, 400, 600, 600, 600};
  std::array<std::set<milliseconds>, kBackoffs.size()> seen;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Breaker breaker(seed * 7919);
    open(breaker);
    const auto intervals = probe_intervals(breaker, kBackoffs.size());
    for (std::size_t i = 0; i < kBackoffs.size(); ++i) seen[i].insert(intervals[i]);
  }
  for (std::size_t i = 0; i < kBackoffs.size(); ++i) {
    CAPTURE(i);
    const int quarter = kBackoffs[i] / 4;
    CHECK(seen[i].begin()->count() >= kBackoffs[i] - quarter);
    CHECK(seen[i].rbegin()->count() <= kBackoffs[i] + quarter);
    // Both directions are used: the clients of a fleet do not probe in step.
    CHECK(seen[i].begin()->count() < kBackoffs[i] - quarter / 2);
    CHECK(seen[i].rbegin()->count() > kBackoffs[i] + quarter / 2);
  }
}

TEST_CASE("failed probes neither open the breaker again nor bring the next one forward") {
  Breaker breaker(1);
  open(breaker);
  const Deadline later = kStart + std::chrono::seconds(1);
  REQUIRE(breaker.take_probe(later));
  CHECK_FALSE(breaker.record_failure(Status::Timeout, later));
  CHECK(time_to_probe(breaker, later) >= 2 * Breaker::kFirstBackoff * 3 / 4);
}

TEST_CASE("a breaker that opens again begins with the shortest interval") {
  Breaker breaker(1);
  open(breaker);
  probe_intervals(breaker, 5);
  REQUIRE(breaker.record_success());
  open(breaker);
  CHECK(time_to_probe(breaker, kStart) <= Breaker::kFirstBackoff * 5 / 4);
}

TEST_CASE("of many threads one opens the breaker, one closes it and one probes") {
  constexpr int kThreads = 4;
  for (int round = 0; round < 50; ++round) {
    Breaker breaker;
    std::atomic<int> opened{0};
    std::atomic<int> probes{0};
    std::atomic<int> closed{0};
    const auto in_threads = [&](auto body) {
      std::vector<std::thread> threads;
      for (int thread = 0; thread < kThreads; ++thread) threads.emplace_back(body);
      for (std::thread& thread : threads) thread.join();
    };
    in_threads([&] {
      for (int i = 0; i < 3; ++i) opened += breaker.record_failure(Status::Timeout, kStart) ? 1 : 0;
    });
    in_threads([&] { probes += breaker.take_probe(kStart + std::chrono::seconds(1)) ? 1 : 0; });
    in_threads([&] { closed += breaker.record_success() ? 1 : 0; });
    CHECK(opened == 1);
    CHECK(probes == 1);
    CHECK(closed == 1);
    CHECK_FALSE(breaker.is_open());
  }
}

}  // namespace cache
