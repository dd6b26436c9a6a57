// Counters with an initial value: an incr, on a miss an add, and again as often as somebody else
// interferes.
#include <doctest/doctest.h>

#include <string>

#include "pipelined/played.h"
#include "support/eventually.h"

namespace cache {
namespace {

const std::string kIncr = "incr n 5\r\n";
const std::string kAdd = "add n 0 30 3\r\n100\r\n";

Request counter(Command command = Command::Incr) {
  Request counter = request(command, "n");
  counter.number = 5;
  counter.initial = 100;
  counter.exptime = 30;
  return counter;
}

// The answer to a counter whose requests, an incr and an add in turn, get these replies; the
// connection goes on.
Answered counted(const std::vector<std::string>& replies) {
  Played played;
  const Turn turn(played.engine, {counter()});
  PlayedConnection connection = played.server.accept();
  for (std::size_t i = 0; i < replies.size(); ++i) {
    check_received(connection, i % 2 == 0 ? kIncr : kAdd);
    connection.send(replies[i]);
  }
  const Answered answered = turn.answers()[0];
  const Turn next(played.engine, {request(Command::Delete, "n")});
  check_received(connection, "delete n\r\n");
  connection.send("DELETED\r\n");
  CHECK(next.answers()[0].status == Status::Ok);
  return answered;
}

}  // namespace

TEST_CASE("a counter that is there is counted, and nothing else is sent") {
  const Answered answered = counted({"12\r\n"});
  CHECK(answered.status == Status::Ok);
  CHECK(answered.number == 12);
}

TEST_CASE("a counter that is not there begins with its initial value") {
  const Answered answered = counted({"NOT_FOUND\r\n", "STORED\r\n"});
  CHECK(answered.status == Status::Ok);
  CHECK(answered.number == 100);
}

TEST_CASE(
    "a counter that somebody else creates in between is counted, however often that happens") {
  Answered answered = counted({"NOT_FOUND\r\n", "NOT_STORED\r\n", "105\r\n"});
  CHECK(answered.status == Status::Ok);
  CHECK(answered.number == 105);
  answered = counted({"NOT_FOUND\r\n", "NOT_STORED\r\n", "NOT_FOUND\r\n", "NOT_STORED\r\n",
                      "NOT_FOUND\r\n", "STORED\r\n"});
  CHECK(answered.status == Status::Ok);
  CHECK(answered.number == 100);
}

TEST_CASE("a counter that is no number is said to be none, and is left as it is") {
  const Answered answered =
      counted({"CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"});
  CHECK(answered.status == Status::NotNumeric);
  CHECK_FALSE(answered.maybe_applied);
}

TEST_CASE("a counter that there is no memory for fails") {
  const Answered answered =
      counted({"NOT_FOUND\r\n", "SERVER_ERROR out of memory storing object\r\n"});
  CHECK(answered.status == Status::OutOfMemory);
}

TEST_CASE("a decr is the same") {
  Played played;
  const Turn turn(played.engine, {counter(Command::Decr)});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "decr n 5\r\n");
  connection.send("NOT_FOUND\r\n");
  check_received(connection, kAdd);
  connection.send("STORED\r\n");
  CHECK(turn.answers()[0].number == 100);
}

TEST_CASE("what is called after a counter waits until it is created") {
  Played played;
  const Turn turn(played.engine, {get("a"), counter(), get("b"), get("n"), set("n", "1")});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "get a\r\n" + kIncr + "get b\r\n");
  connection.send("END\r\nNOT_FOUND\r\nEND\r\n");
  check_received(connection, kAdd);
  connection.send("STORED\r\n");
  check_received(connection, "get n\r\nset n 0 0 1\r\n1\r\n");
  connection.send("VALUE n 0 3\r\n100\r\nEND\r\nSTORED\r\n");
  const auto answers = turn.answers();
  CHECK(answers[1].number == 100);
  CHECK(answers[3].value == "100");
  CHECK(answers[4].status == Status::Ok);
}

TEST_CASE("counters of one key do not wait for each other, and each of them counts") {
  Played played;
  const Turn turn(played.engine, {counter(), counter(), counter()});
  PlayedConnection connection = played.server.accept();
  check_received(connection, kIncr + kIncr + kIncr);
  connection.send("NOT_FOUND\r\nNOT_FOUND\r\nNOT_FOUND\r\n");
  check_received(connection, kAdd + kAdd + kAdd);
  connection.send("STORED\r\nNOT_STORED\r\nNOT_STORED\r\n");
  check_received(connection, kIncr + kIncr);
  connection.send("105\r\n110\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].number == 100);
  CHECK(answers[1].number == 105);
  CHECK(answers[2].number == 110);
}

TEST_CASE("a counter whose connection ends may have been counted, unless it was not there") {
  struct Break {
    const char* reply;
    Status status;
    bool maybe_applied;
  };
  for (const Break& broken :
       {Break{"", Status::Connection, true}, Break{"12", Status::Connection, true},
        Break{"12\r\n", Status::Ok, false}}) {
    CAPTURE(broken.reply);
    Played played;
    const Turn turn(played.engine, {counter()});
    PlayedConnection connection = played.server.accept();
    check_received(connection, kIncr);
    connection.send(broken.reply);
    connection.end();
    CHECK(turn.answers()[0].status == broken.status);
    CHECK(turn.answers()[0].maybe_applied == broken.maybe_applied);
    CHECK(played.server.is_left_alone());
    played.check_works_again();
  }
}

TEST_CASE("a counter whose connection ends while it is created may be there") {
  Played played;
  const Turn turn(played.engine, {counter()});
  PlayedConnection connection = played.server.accept();
  check_received(connection, kIncr);
  connection.send("NOT_FOUND\r\n");
  check_received(connection, kAdd);
  connection.end();
  CHECK(turn.answers()[0].status == Status::Connection);
  CHECK(turn.answers()[0].maybe_applied);
  CHECK(played.server.is_left_alone());
  played.check_works_again();
}

TEST_CASE("a reply that does not fit a counter is a protocol error") {
  for (const char* reply :
       {"STORED\r\n", "NOT_STORED\r\n", "END\r\n", "12\r\n12\r\n", "VALUE n 0 1\r\n1\r\n"}) {
    CAPTURE(reply);
    Played played;
    const Turn turn(played.engine, {counter(), set("next", "x")});
    PlayedConnection connection = played.server.accept();
    check_received(connection, kIncr + "set next 0 0 1\r\nx\r\n");
    connection.send(reply);
    const auto answers = turn.answers();
    if (std::string(reply).starts_with("12")) {
      CHECK(answers[0].number == 12);
    } else {
      CHECK(answers[0].status == Status::Protocol);
      CHECK(answers[0].maybe_applied);
    }
    CHECK(answers[1].status == Status::Protocol);
    played.check_works_again();
  }
}

TEST_CASE(
    "operations on other keys do not wait for a counter, those on its key do, in their order") {
  Played played;
  const Turn turn(played.engine, {counter(), get("n"), get("other"), request(Command::Touch, "n"),
                                  counter(), set("last", "v")});
  PlayedConnection connection = played.server.accept();
  check_received(connection, kIncr + "get other\r\nset last 0 0 1\r\nv\r\n");
  connection.send("NOT_FOUND\r\nEND\r\nSTORED\r\n");
  check_received(connection, kAdd);
  connection.send("STORED\r\n");
  check_received(connection, "get n\r\ntouch n 0\r\n" + kIncr);
  connection.send(value_reply("n", "100") + "END\r\nTOUCHED\r\n105\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].number == 100);
  CHECK(answers[1].value == "100");
  CHECK(answers[2].status == Status::Miss);
  CHECK(answers[3].status == Status::Ok);
  CHECK(answers[4].number == 105);
  CHECK(answers[5].status == Status::Ok);
}

TEST_CASE(
    "what has waited for a counter is sent when that runs out of time, or its connection goes") {
  for (const bool is_lost : {false, true}) {
    CAPTURE(is_lost);
    Played played;
    const Turn turn(played.engine,
                    {within(std::chrono::milliseconds(is_lost ? 60'000 : 300), counter()),
                     request(Command::Delete, "n")});
    PlayedConnection first = played.server.accept();
    check_received(first, kIncr);
    if (is_lost) first.reset();
    PlayedConnection second = played.server.accept();
    check_received(second, "delete n\r\n");
    second.send("DELETED\r\n");
    CHECK(is_failure(turn.answers()[0].status));
    CHECK(turn.answers()[0].maybe_applied);
    CHECK(turn.answers()[1].status == Status::Ok);
  }
}

TEST_CASE("what waits for a counter keeps its own deadline") {
  Played played;
  const Turn turn(played.engine, {counter(), within(kSoon, get("n")), get("n")});
  PlayedConnection connection = played.server.accept();
  check_received(connection, kIncr);
  CHECK(eventually([&] { return turn.answered() == 1; }));
  connection.send("12\r\n");
  check_received(connection, "get n\r\n");
  connection.send("END\r\n");
  CHECK(turn.answers()[1].status == Status::Timeout);
  CHECK(turn.answers()[2].status == Status::Miss);
}

}  // namespace cache
