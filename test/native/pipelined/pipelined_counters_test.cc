// Counters with an initial value: an incr and an add, as often as somebody else interferes.
#include <doctest/doctest.h>

#include <string>

#include "pipelined/played.h"

namespace cache {
namespace {

const std::string kBoth = "incr n 5\r\nadd n 0 30 3\r\n100\r\n";

Request counter(Command command = Command::Incr) {
  Request counter = request(command, "n");
  counter.number = 5;
  counter.initial = 100;
  counter.exptime = 30;
  return counter;
}

// The answer to a counter whose requests get these replies, one after the other; the connection
// goes on.
Answered counted(const std::vector<std::string>& replies) {
  Played played;
  const Turn turn(played.engine, {counter()});
  PlayedConnection connection = played.server.accept();
  for (const std::string& reply : replies) {
    check_received(connection, kBoth);
    connection.send(reply);
  }
  const Answered answered = turn.answers()[0];
  const Turn next(played.engine, {request(Command::Delete, "n")});
  check_received(connection, "delete n\r\n");
  connection.send("DELETED\r\n");
  CHECK(next.answers()[0].status == Status::Ok);
  return answered;
}

}  // namespace

TEST_CASE("a counter that is there is counted, and its add refused") {
  const Answered answered = counted({"12\r\nNOT_STORED\r\n"});
  CHECK(answered.status == Status::Ok);
  CHECK(answered.number == 12);
}

TEST_CASE("a counter that is not there begins with its initial value") {
  const Answered answered = counted({"NOT_FOUND\r\nSTORED\r\n"});
  CHECK(answered.status == Status::Ok);
  CHECK(answered.number == 100);
}

TEST_CASE(
    "a counter that somebody else creates in between is counted, however often that happens") {
  const std::string race = "NOT_FOUND\r\nNOT_STORED\r\n";
  Answered answered = counted({race, "105\r\nNOT_STORED\r\n"});
  CHECK(answered.status == Status::Ok);
  CHECK(answered.number == 105);
  answered = counted({race, race, race, race, "NOT_FOUND\r\nSTORED\r\n"});
  CHECK(answered.status == Status::Ok);
  CHECK(answered.number == 100);
}

TEST_CASE("a counter that is no number is said to be none, and is left as it is") {
  const Answered answered =
      counted({"CLIENT_ERROR cannot increment or decrement non-numeric value\r\nNOT_STORED\r\n"});
  CHECK(answered.status == Status::NotNumeric);
  CHECK_FALSE(answered.maybe_applied);
}

TEST_CASE("a counter that there is no memory for fails") {
  const Answered answered = counted({"NOT_FOUND\r\nSERVER_ERROR out of memory storing object\r\n"});
  CHECK(answered.status == Status::OutOfMemory);
}

TEST_CASE("a decr is the same") {
  Played played;
  const Turn turn(played.engine, {counter(Command::Decr)});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "decr n 5\r\nadd n 0 30 3\r\n100\r\n");
  connection.send("NOT_FOUND\r\nSTORED\r\n");
  CHECK(turn.answers()[0].number == 100);
}

TEST_CASE("a counter among other operations keeps its place") {
  Played played;
  const Turn turn(played.engine, {get("a"), counter(), get("b"), counter(), set("n", "1")});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "get a\r\n" + kBoth + "get b\r\n" + kBoth + "set n 0 0 1\r\n1\r\n");
  connection.send("END\r\nNOT_FOUND\r\nSTORED\r\nEND\r\n105\r\nNOT_STORED\r\nSTORED\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].status == Status::Miss);
  CHECK(answers[1].number == 100);
  CHECK(answers[2].status == Status::Miss);
  CHECK(answers[3].number == 105);
  CHECK(answers[4].status == Status::Ok);
}

TEST_CASE("a counter whose connection ends after its number was counted, after a miss it may be") {
  struct Break {
    const char* reply;
    Status status;
    bool maybe_applied;
  };
  for (const Break& broken :
       {Break{"", Status::Connection, true}, Break{"12", Status::Connection, true},
        Break{"12\r\n", Status::Ok, false}, Break{"12\r\nNOT_ST", Status::Ok, false},
        Break{"NOT_FOUND\r\n", Status::Connection, true}}) {
    CAPTURE(broken.reply);
    Played played;
    const Turn turn(played.engine, {counter()});
    PlayedConnection connection = played.server.accept();
    check_received(connection, kBoth);
    connection.send(broken.reply);
    connection.end();
    CHECK(turn.answers()[0].status == broken.status);
    CHECK(turn.answers()[0].maybe_applied == broken.maybe_applied);
    CHECK(played.server.is_left_alone());
    played.check_works_again();
  }
}

TEST_CASE("a reply that does not fit a counter is a protocol error") {
  for (const char* reply : {"STORED\r\n", "END\r\n", "NOT_FOUND\r\nNOT_FOUND\r\n", "12\r\n12\r\n",
                            "NOT_FOUND\r\n12\r\n", "VALUE n 0 1\r\n1\r\n"}) {
    CAPTURE(reply);
    Played played;
    const Turn turn(played.engine, {counter(), set("next", "x")});
    PlayedConnection connection = played.server.accept();
    check_received(connection, kBoth + "set next 0 0 1\r\nx\r\n");
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

}  // namespace cache
