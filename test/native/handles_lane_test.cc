// What one lane sends, in which order.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/client.h"
#include "support/engines.h"
#include "support/eventually.h"
#include "support/scripted_server.h"

namespace cache {
namespace {

using Requests = std::vector<std::string>;

struct Fixture {
  ScriptedServer server;
  HandlesEngine engine{config_of(server.server(), Protocol::Text, kOneConnection)};

  // Not answered until release(): what comes meanwhile waits in the queue.
  void occupy() {
    server.script({{""}});
    busy.emplace_back(engine, std::vector{set("busy", "value")});
    REQUIRE(eventually([&] { return server.requests().size() == 1; }));
  }
  void release() {
    server.send_unasked("STORED\r\n");
    CHECK(busy.back().answers()[0].status == Status::Ok);
  }

  std::vector<Turn> busy;
};

}  // namespace

TEST_CASE("reads that stand next to each other travel together, a write goes alone") {
  Fixture fixture;
  const auto answers =
      ask(fixture.engine, {get("a"), get("b"), set("c", "v"), get("c"), get("d"), get("e")});
  for (const Answered& answered : answers) CHECK(answered.status == Status::Ok);
  CHECK((fixture.server.requests() ==
         Requests{"get a b\r\n", "set c 0 0 1\r\nv\r\n", "get c d e\r\n"}));
}

TEST_CASE("reads of several turns travel together") {
  Fixture fixture;
  fixture.occupy();
  const Turn one(fixture.engine, {get("a"), get("b")});
  const Turn other(fixture.engine, {get("c")});
  fixture.release();
  for (const Answered& answered : one.answers()) CHECK(answered.value == "ok");
  CHECK(other.answers()[0].value == "ok");
  CHECK(fixture.server.requests().back() == "get a b c\r\n");
}

TEST_CASE("a key that is asked for several times is fetched once, with its token if one wants it") {
  Fixture fixture;
  ask(fixture.engine, {get("a"), get("b"), get("a"), get("a")});
  ask(fixture.engine, {get("a"), {.command = Command::Gets, .key = "a"}});
  CHECK((fixture.server.requests() == Requests{"get a b\r\n", "gets a\r\n"}));
}

TEST_CASE("a few hundred reads travel together at the most") {
  Fixture fixture;
  std::vector<Request> reads;
  for (int i = 0; i < 600; ++i) reads.push_back(get("key" + std::to_string(i)));
  for (const Answered& answered : ask(fixture.engine, reads)) CHECK(answered.value == "ok");
  std::vector<std::ptrdiff_t> keys;
  for (const std::string& request : fixture.server.requests()) {
    keys.push_back(std::ranges::count(request, ' '));
  }
  CHECK((keys == std::vector<std::ptrdiff_t>{256, 256, 88}));
}

TEST_CASE("an operation that its client gave up in the queue is not sent and not answered") {
  Fixture fixture;
  const auto sink = std::make_shared<RecordingSink>();
  const std::string bytes = packed({set("given_up", "v"), set("kept", "v")});
  const auto batch = std::make_shared<Batch>(bytes.data(), bytes.size(), 2, fixture.engine.router(),
                                             Clock::now(), sink);
  fixture.occupy();
  fixture.engine.submit(batch);
  REQUIRE(batch->settle_unsent(0));
  fixture.release();
  CHECK(sink->answers(1)[0].id == 1);
  CHECK(fixture.server.requests().size() == 2);
  CHECK(fixture.server.requests().back() == "set kept 0 0 1\r\nv\r\n");
}

TEST_CASE("an operation whose time ends in the queue is answered then, and not sent") {
  Fixture fixture;
  fixture.occupy();
  Request late = set("late", "value");
  late.timeout = std::chrono::milliseconds(50);
  const Turn turn(fixture.engine, {late, set("in_time", "value")});
  CHECK(eventually([&] { return turn.answered() == 1; }));
  fixture.release();
  const auto answers = turn.answers();
  CHECK(answers[0].status == Status::Timeout);
  CHECK_FALSE(answers[0].maybe_applied);
  CHECK(answers[1].status == Status::Ok);
  CHECK(fixture.server.requests().size() == 2);
}

TEST_CASE("where an operation ran out of time behind another, no more wait that can go elsewhere") {
  ScriptedServer server;
  HandlesEngine engine(config_of(server.server(), Protocol::Text, 2));
  ask(engine, get("key"));
  REQUIRE(eventually([&] { return engine.metrics()[0].connections == 2; }));
  server.script({{""}});
  Request patient = get("long");
  patient.timeout = std::chrono::hours(1);
  const Turn waiting(engine, {patient});
  REQUIRE(eventually([&] { return server.requests().back() == "get long\r\n"; }));
  Request late = get("late");
  late.timeout = std::chrono::milliseconds(100);
  CHECK(ask(engine, late).status == Status::Timeout);
  for (const Request& request : {get("key"), set("key", "value"), get("other")}) {
    CHECK(ask(engine, request).status == Status::Ok);
  }
  CHECK(waiting.answered() == 0);
}

TEST_CASE("what waits and what is under way is pending") {
  Fixture fixture;
  CHECK(fixture.engine.pending() == 0);
  fixture.occupy();
  const Turn turn(fixture.engine, {set("a", "v"), get("b"), get("c")});
  CHECK(fixture.engine.pending() == 4);
  CHECK(fixture.engine.metrics()[0].pending == 4);
  fixture.release();
  turn.answers();
  CHECK(eventually([&] { return fixture.engine.pending() == 0; }));
}

TEST_CASE(
    "an operation that was cancelled in the queue gives its memory back while the lane is busy") {
  Fixture fixture;
  fixture.occupy();
  const std::string bytes = packed({set("cancelled", "v")});
  auto batch = std::make_shared<Batch>(bytes.data(), bytes.size(), 1, fixture.engine.router(),
                                       Clock::now(), std::make_shared<RecordingSink>());
  fixture.engine.submit(batch);
  const std::weak_ptr<Batch> watched = batch;
  REQUIRE(batch->settle_unsent(0));
  batch.reset();
  CHECK(eventually([&] { return watched.expired(); }));
  fixture.release();
}

TEST_CASE("of several reads that a proxy refuses each is asked for by itself") {
  ScriptedServer server;
  HandlesEngine engine(config_of(server.server(), Protocol::Text, kOneConnection));
  ask(engine, get("first"));
  server.script({{"SERVER_ERROR backend down\r\n"},
                 {"VALUE a 0 1\r\n1\r\nEND\r\n"},
                 {"SERVER_ERROR backend down\r\n"},
                 {"END\r\n"}});
  const auto answers = ask(engine, {get("a"), get("bad"), get("b")});
  CHECK(answers[0].value == "1");
  CHECK(answers[1].status == Status::ServerError);
  CHECK(answers[2].status == Status::Miss);
  CHECK(server.requests().size() == 5);
  CHECK_FALSE(engine.metrics()[0].breaker_open);
}

}  // namespace cache
