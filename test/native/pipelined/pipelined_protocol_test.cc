// Replies that do not fit: the connection is replaced, and nothing is given to anybody else.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "pipelined/played.h"

namespace cache {
namespace {

struct Misfit {
  Request asked;
  const char* reply;
};

// What no server says to that request.
std::vector<Misfit> misfits() {
  const Request read = get("key");
  const Request write = set("key", "value");
  return {
      {read, "VALUE other 0 1\r\nx\r\nEND\r\n"},
      {read, "VALUE keys 0 1\r\nx\r\nEND\r\n"},
      {read, "VALUE ke 0 1\r\nx\r\nEND\r\n"},
      {read, "STORED\r\n"},
      {read, "NOT_FOUND\r\n"},
      {read, "OK\r\n"},
      {read, "7\r\n"},
      {read, "STAT pid 1\r\n"},
      {read, "VERSION 1.6.18\r\n"},
      {read, "garbage\r\n"},
      {read, "HTTP/1.1 400 Bad Request\r\n\r\n"},
      {read, "VALUE key 0 1\r\nxx\r\nEND\r\n"},
      {read, "VALUE key 0 99999999999\r\n"},
      {write, "END\r\n"},
      {write, "OK\r\n"},
      {write, "DELETED\r\n"},
      {write, "TOUCHED\r\n"},
      {write, "EXISTS\r\n"},
      {write, "NOT_FOUND\r\n"},
      {write, "1\r\n"},
      {write, "VALUE key 0 1\r\nx\r\nEND\r\n"},
      {write, "HTTP/1.1 400 Bad Request\r\n\r\n"},
      {request(Command::Delete, "key"), "STORED\r\n"},
      {request(Command::Delete, "key"), "END\r\n"},
      {request(Command::Touch, "key"), "STORED\r\n"},
      {request(Command::Incr, "key"), "STORED\r\n"},
      {request(Command::Incr, "key"), "-1\r\n"},
      {request(Command::Incr, "key"), "18446744073709551616\r\n"},
      {request(Command::GetAndTouch, "key"), "TOUCHED\r\n"},
      {request(Command::GetAndTouch, "key"), "VALUE other 0 1\r\nx\r\nEND\r\n"},
      {request(Command::Flush, ""), "END\r\n"},
      {request(Command::Version, ""), "OK\r\n"},
      {request(Command::Stats, ""), "VALUE key 0 1\r\nx\r\nEND\r\n"},
      {request(Command::Stats, ""), "OK\r\n"},
  };
}

// The engine asks again for what it can; the same reply comes again.
Answered answer_to(Played& played, const Misfit& misfit) {
  const Turn turn(played.engine, {misfit.asked});
  const int times = is_read(misfit.asked.command) ? 2 : 1;
  for (int i = 0; i < times; ++i) {
    PlayedConnection connection = played.server.accept();
    CHECK_FALSE(connection.receive(1).empty());
    connection.send(misfit.reply);
    connection.receive_rest();  // the engine ends the connection
  }
  return turn.answers()[0];
}

}  // namespace

TEST_CASE("a reply that does not fit its request is a protocol error and costs the connection") {
  for (const Misfit& misfit : misfits()) {
    CAPTURE(misfit.reply);
    CAPTURE(static_cast<int>(misfit.asked.command));
    Played played;
    const Answered answered = answer_to(played, misfit);
    CHECK(answered.status == Status::Protocol);
    CHECK(answered.maybe_applied ==
          is_change({.command = misfit.asked.command, .key = misfit.asked.key}));
    played.check_works_again();
  }
}

TEST_CASE("a read that got a useless reply is asked again on a new connection") {
  for (const Misfit& misfit : misfits()) {
    if (!is_read(misfit.asked.command)) continue;
    CAPTURE(misfit.reply);
    Played played;
    const Turn turn(played.engine, {misfit.asked});
    PlayedConnection first = played.server.accept();
    first.send(misfit.reply);
    check_received(first, "get key\r\n");
    PlayedConnection second = played.server.accept();
    check_received(second, "get key\r\n");
    second.send(value_reply("key", "value") + "END\r\n");
    CHECK(turn.answers()[0].value == "value");
    CHECK(first.receive_rest().empty());
  }
}

TEST_CASE("a value that was not asked for, or comes twice, reaches nobody") {
  struct Case {
    std::vector<Request> asked;
    std::string command;
    std::string reply;
    std::string asked_again;
  };
  const std::string a = value_reply("a", "A");
  const std::string b = value_reply("b", "B");
  for (const Case& wrong : std::vector<Case>{
           {{get("a"), get("b")}, "get a b\r\n", a + a + "END\r\n", "get b\r\n"},
           {{get("a"), get("b")},
            "get a b\r\n",
            a + value_reply("c", "C") + b + "END\r\n",
            "get b\r\n"},
           {{get("a"), get("b")}, "get a b\r\n", value_reply("c", "C"), "get a b\r\n"}}) {
    CAPTURE(wrong.reply);
    Played played;
    const Turn turn(played.engine, wrong.asked);
    PlayedConnection first = played.server.accept();
    check_received(first, wrong.command);
    first.send(wrong.reply);
    PlayedConnection second = played.server.accept();
    check_received(second, wrong.asked_again);
    second.send((wrong.asked_again == "get b\r\n" ? b : a + b) + "END\r\n");
    const auto answers = turn.answers();
    CHECK(answers[0].value == "A");
    CHECK(answers[1].value == "B");
  }
}

TEST_CASE("a value behind the last one that was asked for ends the connection before its END") {
  Played played;
  const Turn turn(played.engine, {get("a"), set("s", "x")});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "get a\r\nset s 0 0 1\r\nx\r\n");
  connection.send(value_reply("a", "A") + value_reply("a", "again") + "END\r\nSTORED\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].value == "A");
  CHECK(answers[1].status == Status::Protocol);
  CHECK(answers[1].maybe_applied);
}

TEST_CASE("without its END no key is a miss") {
  Played played;
  const Turn turn(played.engine, {get("a"), get("b"), set("s", "x")});
  PlayedConnection first = played.server.accept();
  check_received(first, "get a b\r\nset s 0 0 1\r\nx\r\n");
  first.send(value_reply("a", "A") + "STORED\r\n");
  PlayedConnection second = played.server.accept();
  check_received(second, "get b\r\n");
  second.send(value_reply("b", "B") + "END\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].value == "A");
  CHECK(answers[1].value == "B");
  CHECK(answers[2].status == Status::Protocol);
}

TEST_CASE("replies that nobody asked for end a connection and reach nobody") {
  for (const char* stray : {"STORED\r\n", "END\r\n", "VALUE next 0 5\r\nwrong\r\nEND\r\n",
                            "ERROR Too many open connections\r\n", "SERVER_ERROR x\r\n", "7\r\n"}) {
    CAPTURE(stray);
    Played played;
    const Turn before(played.engine, {set("key", "x")});
    PlayedConnection first = played.server.accept();
    check_received(first, "set key 0 0 1\r\nx\r\n");
    first.send(std::string("STORED\r\n") + stray);
    CHECK(before.answers()[0].status == Status::Ok);
    CHECK(first.receive_rest().empty());
    played.check_works_again();
  }
}

TEST_CASE("what was written after a reply that does not fit is not taken for answered") {
  Played played;
  const Turn turn(played.engine, {set("a", "1"), set("b", "2"), get("c"), set("d", "4")});
  PlayedConnection first = played.server.accept();
  check_received(first, "set a 0 0 1\r\n1\r\nset b 0 0 1\r\n2\r\nget c\r\nset d 0 0 1\r\n4\r\n");
  first.send("STORED\r\nEND\r\nSTORED\r\nSTORED\r\n");
  PlayedConnection second = played.server.accept();
  check_received(second, "get c\r\n");  // and nothing else: the others may have been applied
  second.send("END\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].status == Status::Ok);
  CHECK(answers[1].status == Status::Protocol);
  CHECK(answers[1].maybe_applied);
  CHECK(answers[2].status == Status::Miss);
  CHECK(answers[3].status == Status::Protocol);
  CHECK(answers[3].maybe_applied);
  CHECK(second.is_silent());
}

TEST_CASE("a read that was asked for its cas token is not answered without one") {
  Played played;
  const Turn turn(played.engine, {request(Command::Gets, "a")});
  PlayedConnection first = played.server.accept();
  check_received(first, "gets a\r\n");
  first.send("VALUE a 0 1\r\nA\r\nEND\r\n");
  PlayedConnection second = played.server.accept();
  check_received(second, "gets a\r\n");
  second.send("VALUE a 0 1 9\r\nA\r\nEND\r\n");
  CHECK(turn.answers()[0].number == 9);
}

TEST_CASE("a value of an impossible size costs an error and not memory") {
  Played played;
  const Turn turn(played.engine, {get("key")});
  for (int i = 0; i < 2; ++i) {
    PlayedConnection connection = played.server.accept();
    check_received(connection, "get key\r\n");
    connection.send("VALUE key 0 4294967296\r\nxxxx");
    CHECK(connection.receive_rest().empty());
  }
  CHECK(turn.answers()[0].status == Status::Protocol);
}

}  // namespace cache
