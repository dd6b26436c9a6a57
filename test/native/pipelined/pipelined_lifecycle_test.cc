// Engines that are closed, shared and many.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "pipelined/played.h"
#include "support/eventually.h"
#include "support/memcached_process.h"

namespace cache {
namespace {

std::size_t entries_of(const char* directory) {
  const std::filesystem::directory_iterator entries(directory);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

Deadline in_time() { return Clock::now() + kPatience; }

}  // namespace

TEST_CASE("a close answers what is in flight, and says which of it may have been applied") {
  Played played;
  const Turn turn(played.engine, {set("a", "1"), get("b"), request(Command::Incr, "c")});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "set a 0 0 1\r\n1\r\nget b\r\nincr c 0\r\n");
  played.engine.close();
  const auto answers = turn.answers();
  for (const Answered& answered : answers) CHECK(answered.status == Status::Closed);
  CHECK(answers[0].maybe_applied);
  CHECK_FALSE(answers[1].maybe_applied);
  CHECK(answers[2].maybe_applied);
  CHECK(played.engine.wait_closed(in_time()));
  CHECK(connection.receive_rest().empty());
  CHECK(played.engine.pending() == 0);
  CHECK(played.engine.metrics()[0].connections == 0);
}

TEST_CASE("a close answers what waits for a connection") {
  EngineConfig config = pipelined({.host = std::string(64, 'x') + ".example.com", .port = 1});
  config.transport.connect_timeout_ms = 60'000;
  PipelinedEngine engine(config);
  const Turn turn(engine, {set("a", "1"), get("b")});
  engine.close();
  for (const Answered& answered : turn.answers()) {
    CHECK(answered.status == Status::Closed);
    CHECK_FALSE(answered.maybe_applied);
  }
}

TEST_CASE("what comes after a close is answered, however long after, and more than one may close") {
  Played played;
  played.engine.close();
  const Turn soon(played.engine, {set("a", "1"), get("b")});
  played.engine.close();
  CHECK(played.engine.wait_closed(in_time()));
  const Turn later(played.engine, {set("a", "1"), get("b")});
  played.engine.close();
  for (const Turn* turn : {&soon, &later}) {
    for (const Answered& answered : turn->answers()) {
      CHECK(answered.status == Status::Closed);
      CHECK_FALSE(answered.maybe_applied);
    }
  }
  CHECK(played.engine.pending() == 0);
  CHECK(played.server.is_left_alone());
}

TEST_CASE("operations that race with a close are all answered once") {
  const MemcachedProcess memcached;
  for (int round = 0; round < 30; ++round) {
    PipelinedEngine engine(pipelined(memcached.server()));
    std::vector<Turn> turns;
    std::thread closer([&] {
      std::this_thread::sleep_for(std::chrono::microseconds(round * 100));
      engine.close();
    });
    for (int i = 0; i < 30; ++i) {
      turns.emplace_back(engine, std::vector{set("k", "v"), get("k")});
    }
    closer.join();
    for (const Turn& turn : turns) {
      for (const Answered& answered : turn.answers()) {
        CHECK((answered.status == Status::Ok || answered.status == Status::Miss ||
               answered.status == Status::Closed));
      }
    }
    CHECK(engine.wait_closed(in_time()));  // answers are handed out before they are counted
    CHECK(engine.pending() == 0);
  }
}

TEST_CASE("an engine that nobody used ends") {
  const MemcachedProcess memcached;
  for (int i = 0; i < 20; ++i) PipelinedEngine engine(pipelined(memcached.server()));
}

TEST_CASE("engines leave no descriptor and no thread behind") {
  const MemcachedProcess memcached;
  const auto use = [&] {
    EngineConfig config = pipelined({memcached.server(), memcached.server()}, 3);
    config.servers[1].host = "localhost";
    config.transport.io_threads = 2;
    PipelinedEngine engine(config);
    std::vector<Request> requests;
    for (int i = 0; i < 100; ++i) requests.push_back(set("key" + std::to_string(i), "value"));
    const Turn turn(engine, requests);
    for (const Answered& answered : turn.answers()) CHECK(answered.status == Status::Ok);
  };
  use();
  const std::size_t descriptors = entries_of("/proc/self/fd");
  const std::size_t threads = entries_of("/proc/self/task");
  for (int i = 0; i < 50; ++i) use();
  CHECK(entries_of("/proc/self/fd") <= descriptors);
  CHECK(eventually([&] { return entries_of("/proc/self/task") <= threads; }));
}

TEST_CASE("many threads submit to one engine, and each gets its own answers") {
  const MemcachedProcess memcached;
  PipelinedEngine engine(pipelined(memcached.server()));
  constexpr int kThreads = 6;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < 100; ++round) {
        const std::string key = "key" + std::to_string(thread);
        const std::string value = std::to_string(round);
        const auto answers = ask(engine, {set(key, value), get(key), get("shared")});
        if (answers[0].status != Status::Ok || answers[1].value != value) ++wrong;
        if (engine.pending() > kThreads * 100 * 3) ++wrong;  // below zero is a large number
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(eventually([&] { return engine.pending() == 0; }));
  CHECK(engine.metrics()[0].connects == 1);
}

}  // namespace cache
