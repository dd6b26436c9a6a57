// Incr and decr, against a real server.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/real_server.h"

namespace cache {
namespace {

Request incr(std::uint64_t delta, std::optional<std::uint64_t> initial = {}) {
  return {.command = Command::Incr, .key = "counter", .number = delta, .initial = initial};
}
Request decr(std::uint64_t delta, std::optional<std::uint64_t> initial = {}) {
  return {.command = Command::Decr, .key = "counter", .number = delta, .initial = initial};
}

void check_number(Engine& engine, const Request& request, std::uint64_t number) {
  const Answered answered = ask(engine, request);
  CHECK(answered.status == Status::Ok);
  CHECK(answered.number == number);
}

template <typename Test>
void in_both_protocols(const Test& test) {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    RealServer server(protocol);
    test(server.engine);
  }
}

}  // namespace

TEST_CASE("a counter counts up and down, and not below 0") {
  in_both_protocols([](Engine& engine) {
    ask(engine, set("counter", "10"));
    check_number(engine, incr(5), 15);
    check_number(engine, decr(6), 9);
    check_number(engine, incr(0), 9);
    check_number(engine, decr(100), 0);
  });
}

TEST_CASE("a counter has 64 bits, and so has a delta") {
  in_both_protocols([](Engine& engine) {
    ask(engine, set("counter", "0"));
    check_number(engine, incr(1ULL << 40U), 1ULL << 40U);
    check_number(engine, incr(UINT64_MAX - (1ULL << 40U)), UINT64_MAX);
    check_number(engine, decr(1), UINT64_MAX - 1);
    check_number(engine, incr(2), 0);  // memcached's counters wrap
    ask(engine, set("counter", "18446744073709551615"));
    check_number(engine, decr(UINT64_MAX), 0);
  });
}

TEST_CASE("a counter that became shorter is a number still") {
  in_both_protocols([](Engine& engine) {
    ask(engine, set("counter", "1000"));
    check_number(engine, decr(999), 1);  // memcached keeps "1   " (H42)
    check_number(engine, incr(1), 2);
  });
}

TEST_CASE("the first to count creates a counter, with the initial value as it is") {
  in_both_protocols([](Engine& engine) {
    check_number(engine, incr(5, 100), 100);
    check_number(engine, incr(5, 100), 105);
    ask(engine, {.command = Command::Delete, .key = "counter"});
    check_number(engine, decr(5, 100), 100);
    check_number(engine, decr(5, 100), 95);
    ask(engine, {.command = Command::Delete, .key = "counter"});
    check_number(engine, incr(1, 0), 0);
    ask(engine, {.command = Command::Delete, .key = "counter"});
    check_number(engine, incr(1, UINT64_MAX), UINT64_MAX);
    CHECK(ask(engine, get("counter")).value == "18446744073709551615");
  });
}

TEST_CASE("a created counter has the time to live that was asked for") {
  in_both_protocols([](Engine& engine) {
    Request first = incr(1, 5);
    first.exptime = 60 * 60 * 24 * 30 + 1;  // in 1970
    check_number(engine, first, 5);
    CHECK(ask(engine, get("counter")).status == Status::Miss);
  });
}

TEST_CASE("what is no number is not counted, and the next operation works") {
  in_both_protocols([](Engine& engine) {
    for (const char* value : {"abc", "", "12x", "-1", "99999999999999999999"}) {
      CAPTURE(value);
      ask(engine, set("counter", value));
      for (const Request& request : {incr(1), decr(1), incr(1, 7)}) {
        const Answered refused = ask(engine, request);
        CHECK(refused.status == Status::NotNumeric);
        CHECK_FALSE(refused.maybe_applied);
      }
      CHECK(ask(engine, get("counter")).value == value);
    }
    ask(engine, set("counter", "1"));
    check_number(engine, incr(1), 2);
    CHECK(engine.metrics()[0].breaker_open == false);
  });
}

TEST_CASE("threads and engines that create and count at once lose nothing") {
  constexpr std::uint64_t kInitial = 1000;
  constexpr int kThreads = 8;
  constexpr int kCounters = 20;
  constexpr int kRounds = 4;
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    RealServer server(protocol);
    HandlesEngine other(config_of(server.memcached.server(), protocol));
    std::mutex mutex;
    std::array<std::vector<Answered>, kCounters> seen;
    const auto count_all = [&](Engine& engine) {
      for (int i = 0; i < kCounters * kRounds; ++i) {
        Request request = incr(1, kInitial);
        request.key += std::to_string(i / kRounds);
        const Answered answered = ask(engine, request);
        const std::lock_guard lock(mutex);
        seen[i / kRounds].push_back(answered);
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back(count_all, std::ref(i % 2 == 0 ? server.engine : other));
    }
    for (std::thread& thread : threads) thread.join();

    for (auto& answers : seen) {
      std::ranges::sort(answers, {}, &Answered::number);
      REQUIRE(answers.size() == kThreads * kRounds);
      for (std::size_t i = 0; i < answers.size(); ++i) {
        CHECK(answers[i].status == Status::Ok);
        CHECK(answers[i].number == kInitial + i);
      }
    }
  }
}

}  // namespace cache
