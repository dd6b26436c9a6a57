#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "engine/registry.h"
#include "support/client.h"
#include "support/engines.h"
#include "support/eventually.h"
#include "support/loopback.h"

namespace cache {
namespace {

bool is_closed(Engine& engine) { return ask(engine, get("key")).status == Status::Closed; }

}  // namespace

TEST_CASE("clients with equal servers and options share an engine") {
  EngineRegistry registry;
  const EngineConfig config = config_of(server_that_is_not_there());
  const auto engine = registry.acquire(config, true);
  CHECK(registry.acquire(EngineConfig(config), true) == engine);
}

TEST_CASE("every difference of servers, ring or options makes another engine") {
  EngineRegistry registry;
  const EngineConfig config = config_of(server_that_is_not_there());
  const auto engine = registry.acquire(config, true);
  std::array<EngineConfig, 10> others;
  others.fill(config);
  others[0].servers.push_back(server_that_is_not_there());
  others[1].servers[0].port ^= 1U;
  others[2].servers[0].weight = 2;
  others[3].ring.hash = "crc";
  others[4].ring.sort_hosts = true;
  others[5].transport.protocol = Protocol::Binary;
  others[6].transport.connections += 1;
  others[7].transport.connect_timeout_ms += 1;
  others[8].transport.engine = EngineKind::Pipelined;
  others[9].hot_keys = 10;
  for (const EngineConfig& other : others) CHECK(registry.acquire(other, true) != engine);
}

TEST_CASE("who does not want to share has an engine alone") {
  EngineRegistry registry;
  const EngineConfig config = config_of(server_that_is_not_there());
  const auto alone = registry.acquire(config, false);
  CHECK(registry.acquire(config, false) != alone);
  CHECK(registry.acquire(config, true) != alone);
}

TEST_CASE("the last client ends a shared engine, and the next one gets another") {
  EngineRegistry registry;
  const EngineConfig config = config_of(server_that_is_not_there());
  auto engine = registry.acquire(config, true);
  const std::weak_ptr<Engine> first = engine;
  engine.reset();
  CHECK(first.expired());
  CHECK_FALSE(is_closed(*registry.acquire(config, true)));
}

TEST_CASE("an engine is closed with its last user and not before") {
  EngineRegistry registry;
  const EngineConfig config = config_of(server_that_is_not_there());
  const auto one = registry.acquire(config, true);
  auto other = registry.acquire(config, true);
  registry.close_if_unused(one);
  CHECK_FALSE(is_closed(*one));
  other.reset();
  registry.close_if_unused(one);
  CHECK(is_closed(*one));
}

TEST_CASE("nobody is given an engine that was closed") {
  EngineRegistry registry;
  const EngineConfig config = config_of(server_that_is_not_there());
  const auto closed = registry.acquire(config, true);
  registry.close_if_unused(closed);
  const auto next = registry.acquire(config, true);
  CHECK(next != closed);
  CHECK_FALSE(is_closed(*next));
}

TEST_CASE("at the end of the process every engine is closed and its threads have ended") {
  EngineRegistry registry;
  const EngineConfig config = config_of(server_that_is_not_there());
  const std::array engines{registry.acquire(config, true), registry.acquire(config, false)};
  for (const auto& engine : engines) CHECK_FALSE(is_closed(*engine));
  registry.close_all(Clock::now() + kPatience);
  for (const auto& engine : engines) {
    CHECK(is_closed(*engine));
    CHECK(engine->wait_closed(Clock::now()));
  }
}

TEST_CASE("what makes no engine is told, and leaves nothing behind") {
  EngineRegistry registry;
  CHECK_THROWS_AS(registry.acquire(config_of(std::vector<Server>{}), true), RingError);

  EngineConfig config = config_of(server_that_is_not_there());
  config.transport.behaviors = {{"no_such_behavior", 1}};
  CHECK_THROWS_WITH_AS(registry.acquire(config, true), "behavior 'no_such_behavior' is not known",
                       std::invalid_argument);
  config.transport.behaviors = {{"socket_recv_size", 65536}, {"io_key_prefetch", 0}};
  CHECK(registry.acquire(config, true) != nullptr);
}

TEST_CASE("threads that come and go always get an engine that is open") {
  EngineRegistry registry;
  const EngineConfig config = config_of(server_that_is_not_there(), Protocol::Text, kOneConnection);
  std::atomic<int> closed{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const auto engine = registry.acquire(config, true);
        closed += is_closed(*engine) ? 1 : 0;
        registry.close_if_unused(engine);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(closed == 0);
}

}  // namespace cache
