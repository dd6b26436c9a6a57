// Reads that travel together, and the order of operations, against a real server.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/eventually.h"
#include "support/real_server.h"

namespace cache {
namespace {

std::string value_of(int i) { return "value " + std::to_string(i * 7919); }

// Keys "key0", "key1" and so on; the odd ones are there.
void store_odd_keys(Engine& engine, int count) {
  std::vector<Request> writes;
  for (int i = 1; i < count; i += 2) writes.push_back(set("key" + std::to_string(i), value_of(i)));
  for (const Answered& written : ask(engine, writes)) REQUIRE(written.status == Status::Ok);
}

void check_odd_key(const Answered& read, int i) {
  CAPTURE(i);
  CHECK(read.status == (i % 2 == 1 ? Status::Ok : Status::Miss));
  CHECK(read.value == (i % 2 == 1 ? value_of(i) : ""));
}

template <typename Test>
void in_both_protocols(const Test& test, std::uint32_t connections = 4) {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    RealServer server(protocol, Listen::Port, connections);
    test(server.engine);
  }
}

}  // namespace

TEST_CASE("ten thousand reads of two hundred keys, half of them there, are all answered right") {
  in_both_protocols([](Engine& engine) {
    constexpr int kKeys = 200;
    store_odd_keys(engine, kKeys);
    std::vector<Request> reads;
    for (int i = 0; i < 10'000; ++i) reads.push_back(get("key" + std::to_string(i % kKeys)));
    const auto answers = ask(engine, reads);
    for (int i = 0; i < 10'000; ++i) check_odd_key(answers[i], i % kKeys);
  });
}

TEST_CASE("everybody who asks for a key gets it, each what was asked for") {
  in_both_protocols(
      [](Engine& engine) {
        ask(engine, set("there", "value"));
        const std::vector<Request> reads{
            get("there"),
            {.command = Command::Gets, .key = "there"},
            {.command = Command::Has, .key = "there"},
            get("none"),
            get("there"),
            {.command = Command::Gets, .key = "none"},
            {.command = Command::Has, .key = "none"},
        };
        const Turn one(engine, reads);
        const Turn other(engine, reads);
        for (const Turn* turn : {&one, &other}) {
          const auto answers = turn->answers();
          for (const int hit : {0, 1, 2, 4}) CHECK(answers[hit].status == Status::Ok);
          for (const int miss : {3, 5, 6}) CHECK(answers[miss].status == Status::Miss);
          for (const int value : {0, 1, 4}) CHECK(answers[value].value == "value");
          CHECK(answers[1].number != 0);
          CHECK(answers[2].value.empty());
        }
      },
      kOneConnection);
}

TEST_CASE("several clients' reads on one connection go back to each of them") {
  in_both_protocols(
      [](Engine& engine) {
        constexpr int kKeys = 50;
        store_odd_keys(engine, kKeys);
        std::vector<Turn> turns;
        for (int turn = 0; turn < 20; ++turn) {
          std::vector<Request> reads;
          for (int i = 0; i < kKeys; ++i)
            reads.push_back(get("key" + std::to_string((i + turn) % kKeys)));
          turns.emplace_back(engine, reads);
        }
        for (int turn = 0; turn < 20; ++turn) {
          const auto answers = turns[turn].answers();
          for (int i = 0; i < kKeys; ++i) check_odd_key(answers[i], (i + turn) % kKeys);
        }
      },
      kOneConnection);
}

TEST_CASE("operations on one key take effect in their order, awaited or not") {
  in_both_protocols([](Engine& engine) {
    std::vector<Turn> writes;
    std::vector<Turn> reads;
    for (int i = 0; i < 200; ++i) {
      writes.emplace_back(engine, std::vector{set("key", std::to_string(i))});
      reads.emplace_back(engine, std::vector{get("key")});
    }
    for (int i = 0; i < 200; ++i) {
      CHECK(writes[i].answers()[0].status == Status::Ok);
      CHECK(reads[i].answers()[0].value == std::to_string(i));
    }
  });
}

TEST_CASE("operations on one key keep their order within a turn, among those on other keys") {
  in_both_protocols([](Engine& engine) {
    constexpr int kKeys = 10;
    constexpr int kRounds = 30;
    std::vector<Request> requests;
    for (int round = 0; round < kRounds; ++round) {
      for (int key = 0; key < kKeys; ++key) {
        const std::string name = "key" + std::to_string(key);
        const char letter = static_cast<char>('a' + round % 26);
        requests.push_back(round == 0 ? set(name, "a")
                                      : Request{.command = Command::Append,
                                                .key = name,
                                                .value = std::string(1, letter)});
        requests.push_back(get(name));
      }
    }
    const auto answers = ask(engine, requests);
    std::string expected;
    for (int round = 0; round < kRounds; ++round) {
      expected += static_cast<char>('a' + round % 26);
      for (int key = 0; key < kKeys; ++key) {
        CHECK(answers[(round * kKeys + key) * 2].status == Status::Ok);
        CHECK(answers[(round * kKeys + key) * 2 + 1].value == expected);
      }
    }
  });
}

TEST_CASE("unawaited counting gives the numbers in their order") {
  in_both_protocols([](Engine& engine) {
    std::vector<Request> requests(
        200, {.command = Command::Incr, .key = "counter", .number = 1, .initial = 1});
    const auto answers = ask(engine, requests);
    for (std::size_t i = 0; i < answers.size(); ++i) CHECK(answers[i].number == i + 1);
  });
}

TEST_CASE("the metrics count every operation once and nothing is pending when all is answered") {
  in_both_protocols([](Engine& engine) {
    store_odd_keys(engine, 20);
    std::vector<Request> reads;
    for (int i = 0; i < 20; ++i) reads.push_back(get("key" + std::to_string(i)));
    ask(engine, reads);
    CHECK(eventually([&] { return engine.pending() == 0; }));
    const ServerMetrics metrics = engine.metrics()[0];
    const auto& gets = metrics.commands[static_cast<std::size_t>(Command::Get)];
    const auto& sets = metrics.commands[static_cast<std::size_t>(Command::Set)];
    CHECK(gets.count == 20);
    CHECK(gets.misses == 10);
    CHECK(gets.failures == 0);
    CHECK(sets.count == 10);
    CHECK(sets.misses == 0);
    CHECK(metrics.pending == 0);
    CHECK(eventually([&] { return engine.metrics()[0].connections == 4; }));
    CHECK(engine.metrics()[0].connects == 4);
    CHECK_FALSE(metrics.breaker_open);
  });
}

}  // namespace cache
