// When an idle I/O thread stays awake.
#include "pipelined/spin_policy.h"

#include <doctest/doctest.h>

namespace cache {
namespace {

using std::chrono::microseconds;

// Waits as the loop makes them, on a clock of its own.
struct Waits {
  // A wait, and then something to do. Whether the thread stays awake for the next one.
  bool after(microseconds wait, std::size_t pending) {
    now += wait;
    return policy.stays_awake(true, pending, now);
  }
  // A look that found nothing.
  bool idle(microseconds wait) {
    now += wait;
    return policy.stays_awake(false, 0, now);
  }

  SpinPolicy policy;
  Deadline now{std::chrono::hours(1)};
};

constexpr microseconds kShort{50};
constexpr microseconds kLong{500};
constexpr std::size_t kNone = 0;

}  // namespace

TEST_CASE("a thread stays awake once a wait of the same kind was short" *
          doctest::skip(std::thread::hardware_concurrency() == 1)) {
  Waits waits;
  CHECK_FALSE(waits.after(kLong, 1));
  CHECK_FALSE(waits.after(kShort, kNone));  // the reply came soon; work has not yet
  CHECK(waits.after(kShort, 1));
  CHECK(waits.after(kShort, kNone));
}

TEST_CASE(
    "a thread goes to sleep when nothing comes for a while, and after a long wait sleeps at once" *
    doctest::skip(std::thread::hardware_concurrency() == 1)) {
  Waits waits;
  waits.after(kLong, kNone);
  REQUIRE(waits.after(kShort, kNone));
  CHECK(waits.idle(kShort));
  CHECK_FALSE(waits.idle(kShort));
  CHECK_FALSE(waits.after(kLong, kNone));
}

TEST_CASE("a server that is far away costs no time of the processor, however often it is asked") {
  Waits waits;
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(waits.after(kShort, 1));
    waits.after(kLong, kNone);
  }
}

TEST_CASE("a thread with many operations under way sleeps when it has nothing to do") {
  Waits waits;
  for (int i = 0; i < 10; ++i) CHECK_FALSE(waits.after(kShort, 17));
}

}  // namespace cache
