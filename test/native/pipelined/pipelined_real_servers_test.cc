// Several servers, and those that stop, die and come back.
#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "pipelined/played.h"
#include "support/eventually.h"
#include "support/memcached_process.h"

namespace cache {
namespace {

std::string key_of(std::size_t i) { return "key" + std::to_string(i); }

// Engine threads fewer than servers.
struct Fleet {
  Fleet() {
    std::vector<Server> servers;
    for (const MemcachedProcess& memcached : memcacheds) servers.push_back(memcached.server());
    EngineConfig config = pipelined(servers);
    config.transport.io_threads = 2;
    engine = std::make_unique<PipelinedEngine>(config);
  }

  std::array<MemcachedProcess, 4> memcacheds;
  std::unique_ptr<PipelinedEngine> engine;
};

// Asks until a server is held to be down, and until it is held to be up.
bool goes_down(PipelinedEngine& engine, const RecordingSink& sink) {
  return eventually([&] {
    ask(engine, within(kSoon, set("key", "value")));
    return sink.has_news(Status::ServerWentDown);
  });
}

bool comes_up(PipelinedEngine& engine, const RecordingSink& sink) {
  return eventually([&] {
    return sink.has_news(Status::ServerCameUp) &&
           ask(engine, set("key", "value")).status == Status::Ok;
  });
}

}  // namespace

TEST_CASE("keys go to all servers, and a server-wide command to the one it names") {
  Fleet fleet;
  std::vector<Request> requests;
  for (std::size_t i = 0; i < 400; ++i) requests.push_back(set(key_of(i), key_of(i)));
  for (std::size_t i = 0; i < 400; ++i) requests.push_back(get(key_of(i)));
  const auto answers = ask(*fleet.engine, requests);
  std::array<std::size_t, 4> answered_by{};
  for (std::size_t i = 0; i < 400; ++i) {
    CHECK(answers[400 + i].value == key_of(i));
    CHECK(answers[i].server == answers[400 + i].server);
    ++answered_by.at(answers[i].server);
  }
  for (std::uint32_t server = 0; server < 4; ++server) {
    CHECK(answered_by[server] > 0);
    Request stats = request(Command::Stats, "");
    stats.server = server;
    const Answered answered = ask(*fleet.engine, stats);
    CHECK(answered.server == server);
    const std::string pid = "pid " + std::to_string(fleet.memcacheds[server].pid()) + "\n";
    CHECK(answered.value.find(pid) != std::string::npos);
  }
}

TEST_CASE("a stopped server delays no operation for another one") {
  Fleet fleet;
  std::vector<Request> requests;
  for (std::size_t i = 0; i < 400; ++i) requests.push_back(set(key_of(i), "before"));
  const auto before = ask(*fleet.engine, requests);
  fleet.memcacheds[2].suspend();
  for (std::size_t i = 0; i < 400; ++i) requests[i] = set(key_of(i), "after");
  const Turn turn(*fleet.engine, requests);
  std::size_t elsewhere = 0;
  for (const Answered& answered : before) elsewhere += answered.server == 2 ? 0 : 1;
  CHECK(eventually([&] { return turn.answered() >= elsewhere; }));
  CHECK(turn.answered() == elsewhere);
  fleet.memcacheds[2].resume();
  for (const Answered& answered : turn.answers()) CHECK(answered.status == Status::Ok);
}

TEST_CASE("a stopped server is given up, and taken back when it goes on") {
  MemcachedProcess memcached;
  PipelinedEngine engine(pipelined(memcached.server()));
  const auto sink = std::make_shared<RecordingSink>();
  engine.subscribe(sink, 0);
  CHECK(ask(engine, set("key", "value")).status == Status::Ok);
  memcached.suspend();
  CHECK(goes_down(engine, *sink));
  const Answered refused = ask(engine, set("key", "value"));
  CHECK(refused.status == Status::ServerDown);
  CHECK_FALSE(refused.maybe_applied);
  CHECK(engine.metrics()[0].breaker_open);
  CHECK_FALSE(sink->has_news(Status::ServerCameUp));
  memcached.resume();
  CHECK(comes_up(engine, *sink));
  CHECK_FALSE(engine.metrics()[0].breaker_open);
  CHECK(sink->news().size() == 2);
}

TEST_CASE("a server that died is given up, and taken back when it is there again") {
  for (const Listen listen : {Listen::Port, Listen::UnixSocket}) {
    MemcachedProcess memcached(listen);
    PipelinedEngine engine(pipelined(memcached.server(), 2));
    const auto sink = std::make_shared<RecordingSink>();
    engine.subscribe(sink, 0);
    CHECK(ask(engine, set("key", "value")).status == Status::Ok);
    memcached.kill();
    CHECK(goes_down(engine, *sink));
    CHECK(ask(engine, get("key")).status == Status::ServerDown);
    memcached.restart();
    CHECK(comes_up(engine, *sink));
    CHECK(ask(engine, get("key")).value == "value");
    CHECK(sink->news().size() == 2);
  }
}

TEST_CASE("a server that is restarted between two operations is not even missed") {
  MemcachedProcess memcached;
  PipelinedEngine engine(pipelined(memcached.server()));
  for (int round = 0; round < 5; ++round) {
    CHECK(ask(engine, set("key", "value")).status == Status::Ok);
    memcached.kill();
    CHECK(eventually([&] { return engine.metrics()[0].connections == 0; }));
    memcached.restart();
    CHECK(ask(engine, get("key")).status == Status::Miss);
  }
}

TEST_CASE("a server that dies under load leaves every operation with one answer") {
  MemcachedProcess memcached;
  PipelinedEngine engine(pipelined(memcached.server()));
  std::vector<Turn> turns;
  for (int round = 0; round < 40; ++round) {
    std::vector<Request> requests;
    for (std::size_t i = 0; i < 100; ++i) {
      requests.push_back(set(key_of(i), std::string(1000, 'v')));
      requests.push_back(get(key_of(i)));
    }
    turns.emplace_back(engine, requests);
    if (round == 20) memcached.kill();
    if (round == 30) memcached.restart();
  }
  for (const Turn& turn : turns) {
    for (const Answered& answered : turn.answers()) {
      CHECK((answered.status == Status::Ok || answered.status == Status::Miss ||
             answered.status == Status::Connection || answered.status == Status::ServerDown));
      if (answered.status == Status::ServerDown) CHECK_FALSE(answered.maybe_applied);
    }
  }
  CHECK(eventually([&] { return ask(engine, set("key", "value")).status == Status::Ok; }));
}

}  // namespace cache
