// A real server that hangs, dies, comes back, or was never there.
#include <doctest/doctest.h>

#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "support/eventually.h"
#include "support/loopback.h"
#include "support/real_server.h"
#include "support/scripted_server.h"

namespace cache {
namespace {

using std::chrono::milliseconds;

// Answered later than this, an operation has not kept its deadline, on the slowest machine either.
constexpr std::chrono::seconds kBound{2};

std::vector<Request> reads_and_writes(int count, milliseconds timeout) {
  std::vector<Request> requests;
  for (int i = 0; i < count; ++i) {
    const std::string key = "key" + std::to_string(i);
    requests.push_back(i % 2 == 0 ? get(key) : set(key, "changed"));
    requests.back().timeout = timeout;
  }
  return requests;
}

void open_breaker(Engine& engine) {
  REQUIRE(eventually([&] {
    ask(engine, reads_and_writes(4, milliseconds(100)));
    return engine.metrics()[0].breaker_open;
  }));
}

bool works(Engine& engine) {
  return ask(engine, set("works", "value")).status == Status::Ok &&
         ask(engine, get("works")).value == "value";
}

void check_failed(const Answered& answered) {
  CHECK((answered.status == Status::Timeout || answered.status == Status::Connection ||
         answered.status == Status::ServerDown));
  CHECK_FALSE((answered.id % 2 == 0 && answered.maybe_applied));
}

template <typename Test>
void in_both_protocols(const Test& test, std::uint32_t connections = 4) {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    RealServer server(protocol, Listen::Port, connections);
    test(server);
  }
}

}  // namespace

TEST_CASE(
    "a server that hangs costs no operation more than its time, and there are no false misses") {
  in_both_protocols([](RealServer& server) {
    for (int i = 0; i < 40; ++i) ask(server.engine, set("key" + std::to_string(i), "value"));
    server.memcached.suspend();
    const Deadline asked = Clock::now();
    for (const Answered& answered : ask(server.engine, reads_and_writes(40, milliseconds(200)))) {
      check_failed(answered);
    }
    CHECK(Clock::now() - asked < milliseconds(200) + kBound);
    server.memcached.resume();
    CHECK(eventually([&] { return works(server.engine); }));
    // Nothing that came late is given to somebody else.
    for (int i = 0; i < 40; i += 2) {
      CHECK(ask(server.engine, get("key" + std::to_string(i))).value == "value");
    }
  });
}

TEST_CASE("a server that hangs before anybody is connected to it costs no more either") {
  for (const Listen listen : {Listen::Port, Listen::UnixSocket}) {
    RealServer server(Protocol::Text, listen);
    server.memcached.suspend();
    const Deadline asked = Clock::now();
    for (const Answered& answered : ask(server.engine, reads_and_writes(40, milliseconds(200)))) {
      check_failed(answered);
      CHECK_FALSE(answered.maybe_applied);
    }
    CHECK(Clock::now() - asked < milliseconds(200) + kBound);
    server.memcached.resume();
    CHECK(eventually([&] { return works(server.engine); }));
  }
}

TEST_CASE(
    "a write in flight when the server hangs may have been applied, those behind it were not") {
  in_both_protocols(
      [](RealServer& server) {
        REQUIRE(works(server.engine));
        server.memcached.suspend();
        Request first = set("first", "value");
        first.timeout = milliseconds(400);
        Request late = set("late", "value");
        late.timeout = milliseconds(100);
        const auto answers = ask(server.engine, {first, late, late, late});
        CHECK(answers[0].status == Status::Timeout);
        CHECK(answers[0].maybe_applied);
        for (const int behind : {1, 2, 3}) {
          CHECK(answers[behind].status == Status::Timeout);
          CHECK_FALSE(answers[behind].maybe_applied);
        }
        server.memcached.resume();
        REQUIRE(eventually([&] { return works(server.engine); }));
        CHECK(ask(server.engine, get("late")).status == Status::Miss);
      },
      kOneConnection);
}

TEST_CASE("clients hear once that a server went down and once that it came up") {
  in_both_protocols([](RealServer& server) {
    const auto sink = std::make_shared<RecordingSink>();
    const auto other = std::make_shared<RecordingSink>();
    server.engine.subscribe(sink, 1);
    server.engine.subscribe(std::make_shared<RecordingSink>(), 2);  // gone when there is news
    server.engine.subscribe(other, 3);
    server.engine.subscribe(sink, 4);
    REQUIRE(works(server.engine));
    server.memcached.suspend();
    open_breaker(server.engine);
    CHECK(eventually([&] { return sink->has_news(Status::ServerWentDown); }));
    server.memcached.resume();
    CHECK(eventually([&] { return sink->has_news(Status::ServerCameUp); }));
    CHECK_FALSE(server.engine.metrics()[0].breaker_open);
    CHECK(works(server.engine));

    const auto news = sink->news();
    REQUIRE(news.size() == 2);
    CHECK(news[0].status == Status::ServerWentDown);
    CHECK(news[0].id == 4);
    CHECK(news[0].server == 0);
    CHECK(news[0].number == static_cast<std::uint64_t>(Status::ServerDown));
    CHECK(news[1].status == Status::ServerCameUp);
    CHECK(other->news().size() == 2);
    CHECK(sink->answered() == 0);
  });
}

TEST_CASE("while a server hangs nobody waits for it, and nothing is sent") {
  in_both_protocols(
      [](RealServer& server) {
        REQUIRE(works(server.engine));
        server.memcached.suspend();
        open_breaker(server.engine);
        // With a minute's time: whoever waited for a probe of the server would get another answer.
        for (int round = 0; round < 20; ++round) {
          for (const Answered& answered : ask(server.engine, reads_and_writes(8, kPatience))) {
            CHECK(answered.status == Status::ServerDown);
            CHECK_FALSE(answered.maybe_applied);
          }
          std::this_thread::sleep_for(milliseconds(20));
        }
        CHECK(server.engine.metrics()[0].breaker_open);
      },
      kOneConnection);
}

TEST_CASE("a server that hangs does not delay the others") {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    MemcachedProcess hanging;
    MemcachedProcess healthy;
    HandlesEngine engine(config_of({hanging.server(), healthy.server()}, protocol));
    std::vector<Request> for_hanging;
    std::vector<Request> for_healthy;
    for (int i = 0; i < 100; ++i) {
      const std::string key = "key" + std::to_string(i);
      const bool first = engine.router().server_of(key) == 0;
      (first ? for_hanging : for_healthy).push_back(set(key, key));
    }
    hanging.suspend();
    const Turn waiting(engine, for_hanging);
    for (const Answered& answered : ask(engine, for_healthy)) {
      CHECK(answered.status == Status::Ok);
      CHECK(answered.server == 1);
    }
    CHECK(waiting.answered() == 0);
    hanging.resume();
    for (const Answered& answered : waiting.answers()) CHECK(answered.server == 0);
  }
}

TEST_CASE("a server that is back is found though a lane still waits for an answer of before") {
  ScriptedServer server;
  HandlesEngine engine(config_of(server.server(), Protocol::Text, 2));
  ask(engine, get("key"));
  REQUIRE(eventually([&] { return engine.metrics()[0].connections == 2; }));
  server.script_others(Scripted{""});
  server.script_first_answer(Scripted{""});
  Request patient = get("long");
  patient.timeout = std::chrono::hours(1);
  const Turn waiting(engine, {patient});  // on the first lane, as all reads that have room there
  REQUIRE(eventually([&] { return server.requests().back() == "get long\r\n"; }));
  REQUIRE(eventually([&] {
    Request write = set("key", "value");
    write.timeout = milliseconds(100);
    ask(engine, write);
    return engine.metrics()[0].breaker_open;
  }));

  server.script_others({});
  server.script_first_answer({});
  CHECK(eventually([&] { return !engine.metrics()[0].breaker_open; }));
  CHECK(ask(engine, set("key", "value")).status == Status::Ok);
  CHECK(waiting.answered() == 0);
}

TEST_CASE("a server that was killed fails what it had, and serves again once it is back") {
  in_both_protocols([](RealServer& server) {
    ask(server.engine, set("key0", "value"));
    server.memcached.kill();
    for (const Answered& answered : ask(server.engine, reads_and_writes(40, kPatience))) {
      check_failed(answered);
    }
    server.memcached.restart();
    CHECK(eventually([&] { return works(server.engine); }));
    CHECK(ask(server.engine, get("key0")).status == Status::Miss);
  });
}

TEST_CASE("a read goes to a server that was restarted unnoticed as if nothing had happened") {
  in_both_protocols([](RealServer& server) {
    for (int round = 0; round < 3; ++round) {
      REQUIRE(works(server.engine));
      server.memcached.kill();
      server.memcached.restart();
      for (int i = 0; i < 8; ++i) {
        CHECK(ask(server.engine, get("key" + std::to_string(i))).status == Status::Miss);
      }
    }
  });
}

TEST_CASE("operations under way when the server is killed are all answered, and none is a miss") {
  in_both_protocols([](RealServer& server) {
    REQUIRE(works(server.engine));
    std::vector<Request> requests;
    for (int i = 0; i < 2000; ++i) requests.push_back(i % 2 == 0 ? get("works") : set("k", "v"));
    const Turn turn(server.engine, requests);
    server.memcached.kill();
    for (const Answered& answered : turn.answers()) {
      CHECK(answered.status != Status::Miss);
      if (answered.status == Status::Ok && answered.id % 2 == 0) CHECK(answered.value == "value");
    }
  });
}

TEST_CASE("a server that is not there fails at once") {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    HandlesEngine engine(config_of(server_that_is_not_there(), protocol, kOneConnection));
    for (const Request& request : {get("key"), set("key", "value")}) {
      const Answered answered = ask(engine, request);
      CHECK(answered.status == Status::Connection);
      // In the text protocol libmemcached keeps the reason to itself.
      if (protocol == Protocol::Binary) CHECK(answered.error_number == ECONNREFUSED);
      CHECK_FALSE(answered.maybe_applied);
    }
    CHECK(ask(engine, get("key")).status == Status::Connection);
    CHECK(engine.metrics()[0].breaker_open);
    CHECK(ask(engine, get("key")).status == Status::ServerDown);
    CHECK(engine.metrics()[0].connects == 0);
  }
}

TEST_CASE("a unix socket that is not there fails at once") {
  const TemporaryDirectory directory;
  HandlesEngine engine(config_of({.host = directory.path() + "/none.sock", .unix_socket = true},
                                 Protocol::Text, kOneConnection));
  for (const Request& request : {get("key"), set("key", "value")}) {
    const Answered answered = ask(engine, request);
    CHECK(answered.status == Status::Connection);
    CHECK_FALSE(answered.maybe_applied);
  }
}

TEST_CASE("a server that is down is not connected to but for probes") {
  ScriptedServer server;
  server.script_first_answer(Scripted{"", true});
  HandlesEngine engine(config_of(server.server(), Protocol::Text, kOneConnection));
  open_breaker(engine);
  const std::size_t before = server.connections();
  for (const Answered& answered : ask(engine, reads_and_writes(1000, kPatience))) {
    CHECK(answered.status == Status::ServerDown);
  }
  CHECK(server.connections() - before < 100);
  CHECK(eventually([&] { return server.connections() > before; }));

  server.script_first_answer({});
  CHECK(eventually([&] { return !engine.metrics()[0].breaker_open; }));
  CHECK(ask(engine, get("key")).value == "ok");
}

}  // namespace cache
