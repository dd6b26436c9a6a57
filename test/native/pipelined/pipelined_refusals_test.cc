// What a server refuses, and whether the connection is used any more.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "pipelined/played.h"

namespace cache {
namespace {

struct Refusal {
  Request asked;
  const char* reply;
  Status status;
  const char* said;
  bool goes_on;  // on the same connection
  bool maybe_applied = false;
};

void check_refused(const Refusal& refusal) {
  CAPTURE(refusal.reply);
  CAPTURE(static_cast<int>(refusal.asked.command));
  Played played;
  const Turn turn(played.engine, {refusal.asked});
  PlayedConnection connection = played.server.accept();
  std::string received;
  while (!received.ends_with("\r\n")) received += connection.receive(1);
  connection.send(refusal.reply);
  const Answered answered = turn.answers()[0];
  CHECK(answered.status == refusal.status);
  CHECK(answered.value == refusal.said);
  CHECK(answered.maybe_applied == refusal.maybe_applied);
  if (!refusal.goes_on) {
    connection.receive_rest();
    return played.check_works_again();
  }
  connection.receive(refusal.asked.value.empty() ? 0 : refusal.asked.value.size() + 2);
  const Turn next(played.engine, {request(Command::Delete, "next")});
  check_received(connection, "delete next\r\n");
  connection.send("DELETED\r\n");
  CHECK(next.answers()[0].status == Status::Ok);
}

}  // namespace

TEST_CASE("a write that the server has no room for fails, and the connection goes on") {
  const Request write = set("key", "value");
  check_refused({write, "SERVER_ERROR out of memory storing object\r\n", Status::OutOfMemory,
                 "out of memory storing object", true});
  check_refused({write, "SERVER_ERROR object too large for cache\r\n", Status::TooLarge,
                 "object too large for cache", true});
  check_refused({request(Command::Incr, "key"), "SERVER_ERROR out of memory in incr\r\n",
                 Status::OutOfMemory, "out of memory in incr", true});
}

TEST_CASE("a write that the server refuses otherwise fails, and costs the connection") {
  const Request write = set("key", "value");
  check_refused(
      {write, "SERVER_ERROR out of luck\r\n", Status::ServerError, "out of luck", false, true});
  check_refused(
      {write, "CLIENT_ERROR bad data chunk\r\n", Status::Protocol, "bad data chunk", false});
  check_refused(
      {write, "CLIENT_ERROR line too long\r\n", Status::Protocol, "line too long", false});
  check_refused({write, "ERROR\r\n", Status::Protocol, "", false});
}

TEST_CASE("a command without a value that is refused leaves the connection as it was") {
  const Request incr = request(Command::Incr, "key");
  check_refused({incr, "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n",
                 Status::NotNumeric, "cannot increment or decrement non-numeric value", true});
  check_refused({incr, "CLIENT_ERROR invalid numeric delta argument\r\n", Status::Protocol,
                 "invalid numeric delta argument", true});
  check_refused({request(Command::Delete, "key"), "SERVER_ERROR out of luck\r\n",
                 Status::ServerError, "out of luck", true, true});
  check_refused({request(Command::GetAndTouch, "key"), "ERROR\r\n", Status::Unsupported, "", true});
  check_refused({request(Command::Flush, ""), "CLIENT_ERROR flush_all not allowed\r\n",
                 Status::Protocol, "flush_all not allowed", true});
  check_refused({request(Command::Stats, "sizes"), "ERROR\r\n", Status::Unsupported, "", true});
}

TEST_CASE("a read that is refused costs the connection") {
  check_refused({get("key"), "SERVER_ERROR out of memory writing get response\r\n",
                 Status::OutOfMemory, "out of memory writing get response", false});
  check_refused(
      {get("key"), "SERVER_ERROR out of luck\r\n", Status::ServerError, "out of luck", false});
}

TEST_CASE("a server that is full says so to whoever asked") {
  for (const Request& asked : {get("key"), set("key", "value"), request(Command::Incr, "key")}) {
    check_refused({asked, "ERROR Too many open connections\r\n", Status::Connection,
                   "Too many open connections", false});
  }
}

TEST_CASE("one read that is refused takes its neighbours of the same command with it, no others") {
  Played played;
  const Turn turn(played.engine, {get("a"), get("b"), set("s", "x"), get("c")});
  PlayedConnection first = played.server.accept();
  check_received(first, "get a b\r\nset s 0 0 1\r\nx\r\nget c\r\n");
  first.send(value_reply("a", "A") + "SERVER_ERROR out of luck\r\n");
  PlayedConnection second = played.server.accept();
  check_received(second, "get c\r\n");
  second.send("END\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].value == "A");
  CHECK(answers[1].status == Status::ServerError);
  CHECK(answers[2].status == Status::Connection);
  CHECK(answers[2].maybe_applied);
  CHECK(answers[3].status == Status::Miss);
}

TEST_CASE("statistics that are refused half-way leave nothing in the next ones") {
  Played played;
  const Turn refused(played.engine, {request(Command::Stats, "one")});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "stats one\r\n");
  connection.send("STAT one 1\r\nSERVER_ERROR out of luck\r\n");
  CHECK(refused.answers()[0].status == Status::ServerError);
  const Turn next(played.engine, {request(Command::Stats, "two")});
  check_received(connection, "stats two\r\n");
  connection.send("STAT two 2\r\nEND\r\n");
  CHECK(next.answers()[0].value == "two 2\n");
}

TEST_CASE("a large value that is refused before all of it is sent is not read from freed memory") {
  Played played(16 * 1024);
  const std::string large(8'000'000, 'l');
  const Turn refused(played.engine, {set("large", large)});
  PlayedConnection connection = played.server.accept();
  const std::string header = "set large 0 0 8000000\r\n";
  check_received(connection, header);
  connection.send("SERVER_ERROR object too large for cache\r\n");
  CHECK(refused.answers()[0].status == Status::TooLarge);
  const Turn next(played.engine, {set("next", "value")});
  CHECK(connection.receive(large.size()) == large);
  check_received(connection, "\r\nset next 0 0 5\r\nvalue\r\n");
  connection.send("STORED\r\n");
  CHECK(next.answers()[0].status == Status::Ok);
}

TEST_CASE(
    "of several reads that a proxy refuses each is asked for by itself, and the server is not "
    "blamed") {
  Played played;
  for (int round = 0; round < 4; ++round) {
    const Turn turn(played.engine, {get("a"), get("bad"), get("b")});
    PlayedConnection first = played.server.accept();
    check_received(first, "get a bad b\r\n");
    first.send("SERVER_ERROR backend down\r\n");
    PlayedConnection second = played.server.accept();
    check_received(second, "get a\r\nget bad\r\nget b\r\n");
    second.send(value_reply("a", "1") + "END\r\nSERVER_ERROR backend down\r\n");
    PlayedConnection third = played.server.accept();
    check_received(third, "get b\r\n");
    third.send("END\r\n");
    CHECK(turn.answers()[0].value == "1");
    CHECK(turn.answers()[1].status == Status::ServerError);
    CHECK(turn.answers()[1].value == "backend down");
    CHECK(turn.answers()[2].status == Status::Miss);
    CHECK_FALSE(played.engine.metrics()[0].breaker_open);
    third.end();
  }
}

}  // namespace cache
