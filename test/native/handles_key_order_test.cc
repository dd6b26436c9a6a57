#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "handles/key_order.h"

namespace cache {
namespace {

auto lane(std::uint32_t number) {
  return [number] { return number; };
}

}  // namespace

TEST_CASE("the first operation of a key goes where there is room, later ones follow it") {
  KeyOrder order;
  CHECK(order.join(7, lane(2)) == 2);
  CHECK(order.join(7, lane(0)) == 2);
  CHECK(order.join(7, lane(1)) == 2);
}

TEST_CASE("a key whose operations are all done with may change its lane") {
  KeyOrder order;
  order.join(7, lane(2));
  order.join(7, lane(2));
  order.leave(7);
  CHECK(order.join(7, lane(0)) == 2);
  order.leave(7);
  order.leave(7);
  CHECK(order.join(7, lane(0)) == 0);
  CHECK(order.join(7, lane(3)) == 0);
}

TEST_CASE("keys of different groups do not follow each other") {
  KeyOrder order;
  CHECK(order.join(0, lane(1)) == 1);
  CHECK(order.join(4095, lane(2)) == 2);
  CHECK(order.join(1, lane(3)) == 3);
}

TEST_CASE("a key has one group, and many keys have many") {
  CHECK(KeyOrder::group_of("session:42") == KeyOrder::group_of(std::string("session:") + "42"));
  std::vector<bool> used(4096);
  std::size_t groups = 0;
  for (int i = 0; i < 4096; ++i) {
    const auto group = KeyOrder::group_of("key:" + std::to_string(i));
    REQUIRE(group < used.size());
    if (!used[group]) ++groups;
    used[group] = true;
  }
  CHECK(groups > 2000);
}

TEST_CASE("operations that are there at one time are on one lane, whichever threads bring them") {
  constexpr std::uint32_t kThreads = 4;
  KeyOrder order;
  std::array<std::atomic<int>, kThreads> on_lane{};
  std::atomic<int> strays{0};
  std::vector<std::thread> threads;
  for (std::uint32_t number = 0; number < kThreads; ++number) {
    threads.emplace_back([&, number] {
      for (int i = 0; i < 5000; ++i) {
        const std::uint32_t joined = order.join(7, lane(number));
        ++on_lane[joined];
        for (std::uint32_t other = 0; other < kThreads; ++other) {
          if (other != joined && on_lane[other] != 0) ++strays;
        }
        --on_lane[joined];
        order.leave(7);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(strays == 0);
}

}  // namespace cache
