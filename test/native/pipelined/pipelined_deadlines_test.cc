// Servers that stall.
#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "pipelined/played.h"
#include "support/eventually.h"

namespace cache {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLater{500};

}  // namespace

TEST_CASE("a deadline too short to say anything about the server costs no connection") {
  Played played(kPatience);
  PlayedConnection connection = played.connected();
  // A busy machine may need more than its time to send it.
  const Request late = within(milliseconds(10), set("late", "1"));
  REQUIRE(eventually([&] { return ask(played.engine, late).maybe_applied; }));
  check_received(connection, "set late 0 0 1\r\n1\r\n");
  std::this_thread::sleep_for(milliseconds(50));  // while the reply is on its way
  connection.send("STORED\r\n");
  const Turn next(played.engine, {get("next")});
  check_received(connection, "get next\r\n");
  connection.send(value_reply("next", "own reply") + "END\r\n");
  CHECK(next.answers()[0].value == "own reply");
  CHECK(played.engine.metrics()[0].connects == 1);
}

TEST_CASE("a server that is silent for the connect timeout loses the connection all the same") {
  Played played;
  const Turn late(played.engine, {within(milliseconds(10), get("late"))});
  PlayedConnection connection = played.server.accept();
  CHECK(late.answers()[0].status == Status::Timeout);
  CHECK(connection.receive_rest() == "get late\r\n");
  played.check_works_again();
}

TEST_CASE("a server that stalls costs an operation its time, and the connection") {
  for (const std::string beginning :
       {"", "VAL", "VALUE key 0 5\r\n", "VALUE key 0 5\r\nhel", "EN"}) {
    CAPTURE(beginning);
    Played played;
    const Turn turn(played.engine, {within(kSoon, get("key"))});
    PlayedConnection connection = played.server.accept();
    check_received(connection, "get key\r\n");
    connection.send(beginning);
    const Answered answered = turn.answers()[0];
    CHECK(answered.status == Status::Timeout);
    CHECK_FALSE(answered.maybe_applied);
    CHECK(connection.receive_rest().empty());
    played.check_works_again();
  }
}

TEST_CASE("a write that got no answer in its time may have been applied") {
  for (const Request& write : {set("key", "v"), request(Command::Delete, "key"),
                               request(Command::GetAndTouch, "key"), request(Command::Flush, "")}) {
    Played played;
    PlayedConnection connection = played.connected();
    const Turn turn(played.engine, {within(kSoon, write)});
    CHECK(turn.answers()[0].status == Status::Timeout);
    CHECK(turn.answers()[0].maybe_applied);
    CHECK_FALSE(connection.receive_rest().empty());
    played.check_works_again();
  }
}

TEST_CASE("a reply that comes too late reaches nobody") {
  Played played;
  const Turn late(played.engine, {within(kSoon, get("key"))});
  PlayedConnection first = played.server.accept();
  check_received(first, "get key\r\n");
  CHECK(late.answers()[0].status == Status::Timeout);
  first.send("VALUE key 0 4\r\nlate\r\nEND\r\n");
  const Turn next(played.engine, {get("key")});
  PlayedConnection second = played.server.accept();
  check_received(second, "get key\r\n");
  second.send("VALUE key 0 3\r\nnow\r\nEND\r\n");
  CHECK(next.answers()[0].value == "now");
}

TEST_CASE("a read that has more time than the one that stalled is asked again") {
  Played played;
  const Turn turn(played.engine, {within(kSoon, get("a")), get("b"), set("c", "3")});
  PlayedConnection first = played.server.accept();
  check_received(first, "get a b\r\nset c 0 0 1\r\n3\r\n");
  PlayedConnection second = played.server.accept();
  check_received(second, "get b\r\n");
  second.send(value_reply("b", "B") + "END\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].status == Status::Timeout);
  CHECK(answers[1].value == "B");
  CHECK(answers[2].status == Status::Connection);
  CHECK(answers[2].maybe_applied);
}

TEST_CASE("a read that is asked again keeps its deadline") {
  for (const bool first_is_later : {false, true}) {
    CAPTURE(first_is_later);
    Played played;
    const Turn turn(played.engine, {within(first_is_later ? kLater : kSoon, get("a")),
                                    within(first_is_later ? kSoon : kLater, get("b"))});
    PlayedConnection first = played.server.accept();
    PlayedConnection second = played.server.accept();
    const std::string again = first_is_later ? "get a\r\n" : "get b\r\n";
    check_received(second, again);
    for (const Answered& answered : turn.answers()) CHECK(answered.status == Status::Timeout);
    CHECK(first.receive_rest() == "get a b\r\n");
    CHECK(second.receive_rest().empty());
  }
}

TEST_CASE("a stalled value does not keep other reads beyond their deadline") {
  Played played;
  const Turn turn(played.engine, {within(kSoon, get("a")), within(kLater, get("b"))});
  PlayedConnection first = played.server.accept();
  first.send("VALUE a 0 100000\r\n" + std::string(50'000, 'a'));
  PlayedConnection second = played.server.accept();
  check_received(second, "get b\r\n");
  second.send("VALUE b 0 100000\r\n" + std::string(50'000, 'b'));
  for (const Answered& answered : turn.answers()) CHECK(answered.status == Status::Timeout);
}

TEST_CASE("an operation whose deadline passed while it waited is never sent") {
  Played played(16 * 1024);
  const std::string large(8'000'000, 'l');
  const Turn blocked(played.engine, {set("large", large)});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "set large 0 0 8000000\r\n");
  const Turn waiting(played.engine, {within(kSoon, set("a", "1")), within(kSoon, get("b")),
                                     within(kSoon, request(Command::Delete, "c")), get("d")});
  CHECK(connection.receive(10) == large.substr(0, 10));
  while (waiting.answered() < 3) CHECK(connection.is_silent() == false);
  CHECK(connection.receive(large.size() - 10) == large.substr(10));
  check_received(connection, "\r\nget d\r\n");
  connection.send("STORED\r\nEND\r\n");
  const auto answers = waiting.answers();
  for (int i = 0; i < 3; ++i) {
    CHECK(answers[i].status == Status::Timeout);
    CHECK_FALSE(answers[i].maybe_applied);
  }
  CHECK(answers[3].status == Status::Miss);
  CHECK(blocked.answers()[0].status == Status::Ok);
  CHECK(played.engine.metrics()[0].connects == 1);
}

TEST_CASE("an operation that has no time left is not sent") {
  Played played;
  const Turn turn(played.engine, {within(milliseconds(0), set("a", "1")),
                                  within(milliseconds(0), get("b")), get("c")});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "get c\r\n");
  connection.send("END\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].status == Status::Timeout);
  CHECK(answers[1].status == Status::Timeout);
  CHECK_FALSE(answers[0].maybe_applied);
  CHECK(answers[2].status == Status::Miss);
}

TEST_CASE("a server that never answered is said to be something else") {
  Played played;
  const Turn turn(played.engine, {within(kSoon, set("key", "value"))});
  const PlayedConnection connection = played.server.accept();
  CHECK(turn.answers()[0].value.find("nothing ever came back") != std::string::npos);
}

// The next probe is due after 0.45 to 0.75 s at the latest.
TEST_CASE("a server that answers a probe later than the next one is due is taken back") {
  PlayedServer server;
  PipelinedEngine engine(with_connect_timeout(kPatience, pipelined(server.server())));
  const auto sink = std::make_shared<RecordingSink>();
  engine.subscribe(sink, 0);
  for (std::uint32_t i = 0; i < Breaker::kFailuresToOpen; ++i) {
    const Turn turn(engine, {request(Command::Delete, "key")});
    PlayedConnection connection = server.accept();
    check_received(connection, "delete key\r\n");
    connection.reset();
    CHECK(turn.answers()[0].status == Status::Connection);
  }
  PlayedConnection probe = server.accept();
  check_received(probe, "version\r\n");
  std::this_thread::sleep_for(milliseconds(1500));
  probe.send("VERSION 1.6.18\r\n");
  CHECK(eventually([&] { return sink->has_news(Status::ServerCameUp); }));
  CHECK(server.is_left_alone());
}

TEST_CASE("a server that is given up while nobody asks is probed all the same") {
  Played played;
  for (int i = 0; i < 3; ++i) {
    const Turn turn(played.engine, {within(std::chrono::milliseconds(50), get("key"))});
    PlayedConnection connection = played.server.accept();
    CHECK(turn.answers()[0].status == Status::Timeout);
    connection.receive_rest();
  }
  PlayedConnection probe = played.server.accept();
  check_received(probe, "version\r\n");
  probe.send("VERSION 1.6.18\r\n");
  CHECK(eventually([&] { return !played.engine.metrics()[0].breaker_open; }));
}

TEST_CASE(
    "operations that were cancelled in the queue give their memory back while the server hangs") {
  Played played(4096);
  const std::string large(std::size_t{1024} * 1024, 'v');
  const Turn turn(played.engine, {set("blocking", large)});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "set blocking");
  const std::string bytes = packed({set("cancelled", large)});
  auto batch = std::make_shared<Batch>(bytes.data(), bytes.size(), 1, played.engine.router(),
                                       Clock::now(), std::make_shared<RecordingSink>());
  played.engine.submit(batch);
  const std::weak_ptr<Batch> watched = batch;
  CHECK(batch->settle_unsent(0));
  batch.reset();
  CHECK(eventually([&] { return watched.expired(); }));
  CHECK(turn.answered() == 0);
}

}  // namespace cache
