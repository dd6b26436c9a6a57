// Engines that are closed, and what they leave behind.
#include <doctest/doctest.h>

#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "support/eventually.h"
#include "support/loopback.h"
#include "support/real_server.h"
#include "support/scripted_server.h"

namespace cache {
namespace {

// Far below the minute that an operation here may take, far above what closing takes.
constexpr std::chrono::seconds kSoon{20};

std::vector<Request> many_operations() {
  std::vector<Request> requests;
  for (int i = 0; i < 200; ++i) {
    const std::string key = "key" + std::to_string(i);
    requests.push_back(i % 2 == 0 ? get(key) : set(key, "value"));
  }
  return requests;
}

std::size_t entries_of(const char* directory) {
  return std::distance(std::filesystem::directory_iterator(directory), {});
}
std::size_t open_descriptors() { return entries_of("/proc/self/fd"); }
std::size_t threads() { return entries_of("/proc/self/task"); }

void use_once(const EngineConfig& config, Status expected) {
  HandlesEngine engine(config);
  CHECK(ask(engine, set("key", "value")).status == expected);
}

}  // namespace

TEST_CASE("a closed engine answers everything that is under way with Closed") {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    RealServer server(protocol);
    REQUIRE(ask(server.engine, set("key", "value")).status == Status::Ok);
    REQUIRE(eventually([&] { return server.engine.metrics()[0].connections == 4; }));
    server.memcached.suspend();
    const Turn turn(server.engine, many_operations());
    server.engine.close();
    for (const Answered& answered : turn.answers()) {
      CHECK(answered.status == Status::Closed);
      if (answered.id % 2 == 0) CHECK_FALSE(answered.maybe_applied);
    }
    CHECK(server.engine.wait_closed(Clock::now() + kPatience));
    CHECK(server.engine.pending() == 0);
    CHECK(server.engine.metrics()[0].connections == 0);
    CHECK_FALSE(server.engine.metrics()[0].breaker_open);
  }
}

TEST_CASE("a write that a closed engine had sent may have been applied, one it had not was not") {
  ScriptedServer server;
  server.script_others(Scripted{""});
  HandlesEngine engine(config_of(server.server(), Protocol::Text, kOneConnection));
  const Turn turn(engine, {set("sent", "value"), set("queued", "value")});
  REQUIRE(eventually([&] { return server.requests().size() == 1; }));
  engine.close();
  const auto answers = turn.answers();
  CHECK(answers[0].status == Status::Closed);
  CHECK(answers[0].maybe_applied);
  CHECK(answers[1].status == Status::Closed);
  CHECK_FALSE(answers[1].maybe_applied);
  CHECK(engine.wait_closed(Clock::now() + kPatience));
  CHECK(server.requests().size() == 1);
}

TEST_CASE("an engine may be closed again and again, and answers Closed from then on") {
  RealServer server(Protocol::Text);
  server.engine.close();
  server.engine.close();
  for (const Answered& answered : ask(server.engine, many_operations())) {
    CHECK(answered.status == Status::Closed);
    CHECK_FALSE(answered.maybe_applied);
  }
  CHECK(ask(server.engine, {.command = Command::Ping}).status == Status::Closed);
  CHECK(server.engine.wait_closed(Clock::now()));
}

TEST_CASE("an engine that nobody asked anything has no threads to wait for") {
  HandlesEngine engine(config_of(server_that_is_not_there()));
  CHECK(engine.wait_closed(Clock::now()));
  CHECK(engine.pending() == 0);
  CHECK(engine.metrics()[0].connects == 0);
}

TEST_CASE("waiting for a closed engine ends with the time it is given") {
  ScriptedServer server;
  server.script_others(Scripted{""});
  HandlesEngine engine(config_of(server.server(), Protocol::Text, kOneConnection));
  const Turn turn(engine, {get("key")});
  REQUIRE(eventually([&] { return server.requests().size() == 1; }));
  CHECK_FALSE(engine.wait_closed(Clock::now()));
  engine.close();
  CHECK(engine.wait_closed(Clock::now() + kPatience));
}

TEST_CASE("an engine can be destroyed while its server hangs") {
  for (const Protocol protocol : kProtocols) {
    for (const Listen listen : {Listen::Port, Listen::UnixSocket}) {
      CAPTURE(name_of(protocol));
      MemcachedProcess memcached(listen);
      EngineConfig config = config_of(memcached.server(), protocol);
      std::optional<HandlesEngine> engine;
      engine.emplace(config);
      REQUIRE(ask(*engine, set("key", "value")).status == Status::Ok);
      memcached.suspend();
      const Turn turn(*engine, many_operations());
      const Deadline start = Clock::now();
      engine.reset();
      CHECK(Clock::now() - start < kSoon);
      for (const Answered& answered : turn.answers()) CHECK(answered.status == Status::Closed);
    }
  }
}

TEST_CASE("an engine can be destroyed while it connects to a server that hangs") {
  MemcachedProcess memcached;
  memcached.suspend();
  std::optional<HandlesEngine> engine;
  engine.emplace(config_of(memcached.server()));
  const Turn turn(*engine, many_operations());
  const Deadline start = Clock::now();
  engine.reset();
  CHECK(Clock::now() - start < kSoon);
  for (const Answered& answered : turn.answers()) CHECK(answered.status == Status::Closed);
}

TEST_CASE("engines leave no file descriptor and no thread behind") {
  MemcachedProcess memcached;
  MemcachedProcess on_socket(Listen::UnixSocket);
  const auto use_all = [&] {
    for (const Protocol protocol : kProtocols) {
      use_once(config_of(memcached.server(), protocol), Status::Ok);
      use_once(config_of(on_socket.server(), protocol), Status::Ok);
      use_once(config_of(server_that_is_not_there(), protocol), Status::Connection);
    }
  };
  use_all();  // what the process opens once, such as by SASL
  const std::size_t descriptors_before = open_descriptors();
  const std::size_t threads_before = threads();
  for (int round = 0; round < 9; ++round) use_all();
  CHECK(open_descriptors() == descriptors_before);
  CHECK(eventually([&] { return threads() == threads_before; }));
}

}  // namespace cache
