#include <doctest/doctest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "engine/hot_keys.h"
#include "engine/registry.h"
#include "support/client.h"
#include "support/engines.h"
#include "support/eventually.h"
#include "support/loopback.h"

namespace cache {
namespace {

// Keys are counted when they are taken, whatever becomes of the operation: no server is needed.
EngineConfig counting(EngineKind kind, std::uint32_t capacity) {
  EngineConfig config = config_of(std::vector(3, server_that_is_not_there()));
  config.transport.engine = kind;
  config.transport.io_threads = 3;
  config.hot_keys = capacity;
  return config;
}

// What is counted once all `operations` are. The thread that counts may be later than the one that
// answers.
std::vector<HotKey> counted(const Engine& engine, std::uint64_t operations) {
  std::vector<HotKey> hot_keys;
  REQUIRE(eventually([&] {
    hot_keys = engine.hot_keys()->read();
    std::uint64_t sum = 0;
    for (const HotKey& hot_key : hot_keys) sum += hot_key.count;
    return sum == operations;
  }));
  return hot_keys;
}

constexpr std::array kKinds{EngineKind::Pipelined, EngineKind::Libmemcached};

}  // namespace

TEST_CASE("an engine counts every operation on a key once, as it is sent") {
  for (const EngineKind kind : kKinds) {
    CAPTURE(static_cast<int>(kind));
    const auto engine = EngineRegistry().acquire(counting(kind, 10), true);
    ask(*engine, {get("ns:rare"),
                  set("often", "value"),
                  get("often"),
                  {.command = Command::Delete, .key = "often", .group_key = "elsewhere"},
                  {.command = Command::Stats, .key = "slabs"},
                  {.command = Command::Flush}});
    const auto hot_keys = counted(*engine, 4);
    REQUIRE(hot_keys.size() == 2);
    CHECK(hot_keys[0].key == "often");
    CHECK(hot_keys[0].count == 3);
    CHECK(hot_keys[1].key == "ns:rare");
    CHECK(hot_keys[1].count == 1);
  }
}

TEST_CASE("an engine that is not asked to count counts nothing") {
  for (const EngineKind kind : kKinds) {
    CHECK(EngineRegistry().acquire(counting(kind, 0), true)->hot_keys() == nullptr);
  }
}

TEST_CASE("no key of any thread is lost, and reading disturbs nobody") {
  constexpr int kThreads = 4;
  constexpr int kRounds = 50;
  for (const EngineKind kind : kKinds) {
    CAPTURE(static_cast<int>(kind));
    const auto engine = EngineRegistry().acquire(counting(kind, 5), true);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&engine, thread] {
        for (int round = 0; round < kRounds; ++round) {
          ask(*engine, {get("shared"), get("of-thread-" + std::to_string(thread))});
          engine->hot_keys()->read();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    const auto hot_keys = counted(*engine, 2 * kThreads * kRounds);
    REQUIRE(hot_keys.size() == 1 + kThreads);
    CHECK(hot_keys[0].key == "shared");
    CHECK(hot_keys[0].count == kThreads * kRounds);
    for (int i = 1; i <= kThreads; ++i) CHECK(hot_keys[i].count == kRounds);
  }
}

}  // namespace cache
