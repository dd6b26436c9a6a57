// What becomes of writes when a server answers something else than it should: one request, and the
// truth about what may have been applied.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/client.h"
#include "support/dialect.h"
#include "support/engines.h"
#include "support/scripted_server.h"

namespace cache {
namespace {

using std::chrono::milliseconds;

constexpr bool kThenClose = true;

struct Fixture {
  explicit Fixture(Protocol protocol = Protocol::Text)
      : server(protocol), engine(config_of(server.server(), protocol, kOneConnection)) {}

  ScriptedServer server;
  HandlesEngine engine;
};

Request write(Command command) {
  return {.command = command, .key = "key", .value = "value", .number = 1};
}

// The commands that wait for a reply of one line.
const std::vector kWrites{Command::Set,     Command::Add,   Command::Replace, Command::Append,
                          Command::Prepend, Command::Cas,   Command::Incr,    Command::Decr,
                          Command::Touch,   Command::Delete};

void check_next_operations_work(Fixture& fixture) {
  CHECK(ask(fixture.engine, set("next", "value")).status == Status::Ok);
  CHECK(ask(fixture.engine, get("next")).value == "ok");
}

struct Expected {
  Status status;
  bool maybe_applied;
  std::string said;
};

void check_write(Fixture& fixture, const Request& request, const Scripted& reply,
                 const Expected& expected) {
  CAPTURE(request.command);
  CAPTURE(reply.bytes);
  fixture.server.script({reply});
  const Answered answered = ask(fixture.engine, request);
  CHECK(answered.status == expected.status);
  CHECK(answered.maybe_applied == expected.maybe_applied);
  CHECK(answered.value == expected.said);
  CHECK(fixture.server.requests().size() == 1);
  check_next_operations_work(fixture);
}

}  // namespace

TEST_CASE("a write whose reply is lost fails, may have been applied, and is not repeated") {
  const std::vector<Scripted> replies{{"", kThenClose}, {"STOR", kThenClose}, {"1", kThenClose}};
  for (const Command command : kWrites) {
    for (const Scripted& reply : replies) {
      Fixture fixture;
      check_write(fixture, write(command), reply, {Status::Connection, true, ""});
    }
  }
}

TEST_CASE("a write whose reply is not understood fails and may have been applied") {
  for (const Command command : kWrites) {
    for (const std::string reply : {"garbage\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "\r\n"}) {
      Fixture fixture;
      check_write(fixture, write(command), {reply}, {Status::Protocol, true, ""});
    }
  }
}

// A SERVER_ERROR of a proxy says nothing about what its server did.
TEST_CASE("a write that the server refuses was not applied, and the server's words are passed on") {
  for (const Command command : kWrites) {
    for (const auto& [reply, expected] : std::vector<std::pair<std::string, Expected>>{
             {"ERROR\r\n", {Status::Protocol, false, ""}},
             {"CLIENT_ERROR bad data chunk\r\n", {Status::Protocol, false, "bad data chunk"}},
             {"SERVER_ERROR out of luck\r\n", {Status::ServerError, true, "out of luck"}},
             {"SERVER_ERROR out of memory storing object\r\n", {Status::OutOfMemory, false, ""}},
         }) {
      Fixture fixture;
      Expected of_command = expected;
      if (command == Command::Touch) of_command.said.clear();  // libmemcached keeps them to itself
      check_write(fixture, write(command), {reply}, of_command);
    }
  }
}

TEST_CASE("a value that is too large for the server was not stored") {
  Fixture fixture;
  check_write(fixture, set("key", "value"), {"SERVER_ERROR object too large for cache\r\n"},
              {Status::TooLarge, false, ""});
}

TEST_CASE("a reply to another command is not taken for success") {
  const std::vector<std::pair<Command, std::vector<std::string>>> wrong{
      {Command::Incr, {"STORED\r\n", "DELETED\r\n", "END\r\n"}},
      {Command::Decr, {"STORED\r\n", "DELETED\r\n", "END\r\n"}},
      {Command::Delete, {"STORED\r\n", "END\r\n"}},
      {Command::Touch, {"STORED\r\n", "DELETED\r\n", "END\r\n"}},
  };
  for (const auto& [command, replies] : wrong) {
    for (const std::string& reply : replies) {
      Fixture fixture;
      check_write(fixture, write(command), {reply}, {Status::Protocol, true, ""});
    }
  }
}

// A server that does not know a command takes the value behind it for another one.
TEST_CASE("nothing more is sent on a connection whose server does not understand") {
  for (const std::string reply : {"ERROR\r\nERROR\r\n", "CLIENT_ERROR bad\r\nERROR\r\n"}) {
    CAPTURE(reply);
    Fixture fixture;
    fixture.server.script({{reply}});
    CHECK(ask(fixture.engine, set("key", "value")).status == Status::Protocol);
    check_next_operations_work(fixture);
    CHECK(fixture.server.connections() == 2);
  }
}

TEST_CASE("writes that the server refuses again and again do not open the breaker") {
  Fixture fixture;
  fixture.server.script_others(Scripted{"CLIENT_ERROR bad\r\n"});
  for (int i = 0; i < 5; ++i) {
    CHECK(ask(fixture.engine, set("key", "value")).status == Status::Protocol);
  }
  CHECK(fixture.server.requests().size() == 5);
  CHECK_FALSE(fixture.engine.metrics()[0].breaker_open);
}

TEST_CASE("a counter that is none keeps its connection") {
  Fixture fixture;
  const std::string refusal = "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n";
  check_write(fixture, write(Command::Incr), {refusal}, {Status::NotNumeric, false, ""});
  CHECK(fixture.server.connections() == 1);
}

TEST_CASE("a server that falls silent costs a write its time, and it may have been applied") {
  for (const Command command : kWrites) {
    for (const std::string beginning : {"", "S"}) {
      Fixture fixture;
      Request request = write(command);
      request.timeout = milliseconds(100);
      check_write(fixture, request, {beginning}, {Status::Timeout, true, ""});
    }
  }
}

TEST_CASE("a reply that drips does not keep a write beyond its deadline") {
  Fixture fixture;
  Request request = set("key", "value");
  request.timeout = milliseconds(200);
  const Deadline asked = Clock::now();
  check_write(fixture, request, {std::string(500, 'x') + "\r\n", false, milliseconds(20)},
              {Status::Timeout, true, ""});
  CHECK(Clock::now() - asked < std::chrono::seconds(3));  // the reply alone takes ten
}

TEST_CASE("a write goes to a new connection when the server has closed the old one") {
  Fixture fixture;
  CHECK(ask(fixture.engine, set("first", "value")).status == Status::Ok);
  fixture.server.close_connections();
  CHECK(ask(fixture.engine, set("second", "value")).status == Status::Ok);
  CHECK(fixture.server.requests().size() == 2);
  CHECK(fixture.server.connections() == 2);
}

TEST_CASE("an item that was touched but not got may have been changed") {
  for (const Scripted& reply : {Scripted{"", kThenClose}, Scripted{"garbage\r\n"}}) {
    Fixture fixture;
    fixture.server.script({{"TOUCHED\r\n"}, reply});
    const Answered answered = ask(fixture.engine, write(Command::GetAndTouch));
    CHECK((answered.status == Status::Connection || answered.status == Status::Protocol));
    CHECK(answered.maybe_applied);
    check_next_operations_work(fixture);
  }
}

TEST_CASE("server-wide commands fail with a useless reply, and the next operation works") {
  const std::vector<Scripted> replies{{"garbage\r\n"},
                                      {"ERROR\r\n"},
                                      {"CLIENT_ERROR bad command line format\r\n"},
                                      {"SERVER_ERROR out of luck\r\n"},
                                      {"", kThenClose},
                                      {"STAT pid", kThenClose}};
  for (const Request& request :
       {Request{.command = Command::Flush}, Request{.command = Command::Version},
        Request{.command = Command::Ping}, Request{.command = Command::Stats},
        Request{.command = Command::Stats, .key = "settings"}}) {
    for (const Scripted& reply : replies) {
      CAPTURE(request.command);
      CAPTURE(reply.bytes);
      Fixture fixture;
      fixture.server.script({reply});
      CHECK(is_failure(ask(fixture.engine, request).status));
      CHECK(fixture.server.requests().size() == 1);
      check_next_operations_work(fixture);
    }
  }
}

TEST_CASE("a binary refusal is told from a reply that is lost") {
  struct Row {
    Scripted reply;
    Expected expected;
  };
  const std::vector<Row> rows{
      {{bytes_of({.opcode = opcode::kSet, .status = 0x03, .value = "Too large."})},
       {Status::TooLarge, false, ""}},
      {{bytes_of({.opcode = opcode::kSet, .status = 0x82, .value = "Out of memory"})},
       {Status::OutOfMemory, false, ""}},
      {{bytes_of({.opcode = opcode::kSet, .status = 0x85, .value = "Busy"})},
       {Status::Protocol, true, ""}},
      {{bytes_of({.opcode = opcode::kSet, .status = 0x86, .value = "Temporary failure"})},
       {Status::Protocol, true, ""}},
      {{std::string(24, 'x')}, {Status::Protocol, true, ""}},
      {{"", kThenClose}, {Status::Connection, true, ""}},
      {{bytes_of({.opcode = opcode::kSet}).substr(0, 10), kThenClose},
       {Status::Connection, true, ""}},
  };
  for (const Row& row : rows) {
    Fixture fixture(Protocol::Binary);
    check_write(fixture, set("key", "value"), row.reply, row.expected);
  }
}

}  // namespace cache
