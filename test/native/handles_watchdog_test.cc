#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "handles/watchdog.h"
#include "support/eventually.h"

namespace cache {
namespace {

// Longer than many ticks.
constexpr std::chrono::milliseconds kWhile{100};

struct Watched {
  std::atomic<bool> busy{false};
  std::atomic<int> looks{0};
  Watchdog watchdog{[this](Deadline) {
    ++looks;
    return busy.load();
  }};

  bool is_looked_at_again() {
    const int before = looks;
    return eventually([&] { return looks > before; });
  }
  // Whether `looks` stays as it is once a look that is under way has ended.
  bool is_left_alone() {
    return eventually([&] {
      const int before = looks;
      std::this_thread::sleep_for(kWhile);
      return looks == before;
    });
  }
};

}  // namespace

TEST_CASE("the watchdog sleeps while there is nothing to watch") {
  Watched watched;
  CHECK(watched.is_left_alone());
  CHECK(watched.looks <= 1);
}

TEST_CASE("a watchdog that is woken looks again and again while there is something to watch") {
  Watched watched;
  REQUIRE(watched.is_left_alone());
  watched.busy = true;
  watched.watchdog.wake();
  for (int i = 0; i < 5; ++i) CHECK(watched.is_looked_at_again());
  watched.busy = false;
  CHECK(watched.is_left_alone());
}

TEST_CASE("a watchdog in a hurry looks, asleep or not") {
  Watched watched;
  REQUIRE(watched.is_left_alone());
  const int before = watched.looks;
  watched.watchdog.hurry();
  CHECK(eventually([&] { return watched.looks > before; }));

  watched.busy = true;
  for (int i = 0; i < 20; ++i) {
    watched.watchdog.hurry();
    CHECK(watched.is_looked_at_again());
  }
}

TEST_CASE("what comes before a call of wake() is always seen") {
  std::atomic<int> done{0};
  std::atomic<int> seen{0};
  Watchdog watchdog([&](Deadline) {
    seen = done.load();
    return false;
  });
  for (int i = 1; i <= 300; ++i) {
    done = i;
    watchdog.wake();
    REQUIRE(eventually([&] { return seen == i; }));
  }
}

TEST_CASE("no look goes on, and none begins, after the watchdog has ended") {
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
  {
    Watchdog watchdog([&](Deadline) {
      ++begun;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ++ended;
      return true;
    });
    CHECK(eventually([&] { return begun > 0; }));
  }
  CHECK(begun == ended);
  const int looks = begun;
  std::this_thread::sleep_for(kWhile);
  CHECK(begun == looks);
}

TEST_CASE("the watchdog is told the time") {
  std::atomic<Deadline> told{Deadline()};
  const Deadline before = Clock::now();
  Watchdog watchdog([&](Deadline now) {
    told = now;
    return false;
  });
  CHECK(eventually([&] { return told.load() != Deadline(); }));
  CHECK(told.load() >= before);
  CHECK(told.load() <= Clock::now());
}

}  // namespace cache
