// What becomes of reads when a server answers something else than it should: a failure, never a
// miss (section 1, rows 2 and 3).
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

// One lane to a scripted server.
struct Fixture {
  explicit Fixture(Protocol protocol = Protocol::Text)
      : server(protocol), engine(config_of(server.server(), protocol, kOneConnection)) {}

  ScriptedServer server;
  HandlesEngine engine;
};

void check_next_operation_works(Fixture& fixture) {
  CHECK(ask(fixture.engine, get("next")).value == "ok");
  CHECK(ask(fixture.engine, set("next", "value")).status == Status::Ok);
}

Request in_time(Request request, milliseconds timeout = milliseconds(300)) {
  request.timeout = timeout;
  return request;
}

// What says nothing about the key, though it came to its end.
std::vector<Scripted> useless_replies() {
  return {
      {"garbage\r\n"},
      {"\r\n"},
      {"ERROR\r\n"},
      {"CLIENT_ERROR bad command line format\r\n"},
      {"HTTP/1.1 400 Bad Request\r\n\r\n"},
      {std::string(5000, 'x') + "\r\n"},
      {"STORED\r\n"},
      {"DELETED\r\n"},
      {"OK\r\n"},
      {"TOUCHED\r\n"},
      {"EXISTS\r\n"},
      {"7\r\n"},
      {"STAT pid 1\r\nEND\r\n"},
      {"VALUE other 0 1\r\nx\r\nEND\r\n"},
      {"VALUE keys 0 1\r\nx\r\nEND\r\n"},
      {"VALUE ke 0 1\r\nx\r\nEND\r\n"},
      {"END\r\nVALUE next 0 5\r\nwrong\r\nEND\r\n"},
      {"", kThenClose},
      {"EN", kThenClose},
      {"VALUE key", kThenClose},
      {"VALUE key 0 5\r\n", kThenClose},
      {"VALUE key 0 5\r\nhel", kThenClose},
      {"ERROR Too many open connections\r\n", kThenClose},
  };
}

}  // namespace

TEST_CASE("a read that gets a useless reply is asked again once, on a new connection") {
  for (const Scripted& reply : useless_replies()) {
    CAPTURE(reply.bytes);
    Fixture fixture;
    fixture.server.script({reply});
    const Answered read = ask(fixture.engine, get("key"));
    CHECK(read.status == Status::Ok);
    CHECK(read.value == "ok");
    CHECK(fixture.server.requests() == std::vector<std::string>(2, "get key\r\n"));
    CHECK(fixture.server.connections() == 2);
  }
}

TEST_CASE("a read that gets two useless replies fails, and the next operation works") {
  for (const Scripted& reply : useless_replies()) {
    CAPTURE(reply.bytes);
    Fixture fixture;
    fixture.server.script({reply, reply});
    const Answered read = ask(fixture.engine, get("key"));
    CHECK((read.status == Status::Protocol || read.status == Status::Connection));
    CHECK_FALSE(read.maybe_applied);
    CHECK(fixture.server.requests().size() == 2);
    check_next_operation_works(fixture);
  }
}

TEST_CASE("a server that refuses a read is not asked again") {
  struct Refusal {
    const char* reply;
    Status status;
    const char* said;
  };
  for (const Refusal& refusal :
       {Refusal{"SERVER_ERROR out of luck\r\n", Status::ServerError, "out of luck"},
        Refusal{"SERVER_ERROR out of memory writing get response\r\n", Status::OutOfMemory, ""}}) {
    CAPTURE(refusal.reply);
    Fixture fixture;
    fixture.server.script({{refusal.reply}});
    const Answered read = ask(fixture.engine, get("key"));
    CHECK(read.status == refusal.status);
    CHECK(read.value == refusal.said);
    CHECK(fixture.server.requests().size() == 1);
    check_next_operation_works(fixture);
  }
}

TEST_CASE("what has arrived before the connection ends is answered, the rest asked for again") {
  Fixture fixture;
  fixture.server.script({{"VALUE one 0 2\r\nok\r\nVALUE two 0 5\r\nhel", kThenClose}});
  const auto answers = ask(fixture.engine, {get("one"), get("two"), get("three")});
  for (const Answered& answered : answers) CHECK(answered.value == "ok");
  const auto requests = fixture.server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[1].find("one") == std::string::npos);
  CHECK(requests[1].find("two") != std::string::npos);
  CHECK(requests[1].find("three") != std::string::npos);
}

TEST_CASE("nothing is a miss where a value came twice") {
  Fixture fixture;
  const std::string value = "VALUE one 0 2\r\nok\r\n";
  fixture.server.script({{value + value + "END\r\n"}, {"VALUE one 0 2\r\n", kThenClose}});
  const auto answers = ask(fixture.engine, {get("one"), get("two")});
  CHECK(answers[0].status == Status::Ok);
  CHECK(is_failure(answers[1].status));
  check_next_operation_works(fixture);
}

TEST_CASE("nothing is a miss while the END is missing") {
  Fixture fixture;
  fixture.server.script_others(Scripted{"VALUE one 0 2\r\nok\r\n"});
  const auto answers = ask(fixture.engine, {in_time(get("one")), in_time(get("two"))});
  CHECK(answers[0].status == Status::Ok);
  CHECK(answers[0].value == "ok");
  CHECK(is_failure(answers[1].status));
  fixture.server.script_others({});
  check_next_operation_works(fixture);
}

TEST_CASE("a server that falls silent costs a read its time, and the next operation works") {
  for (const std::string beginning :
       {"", "VAL", "VALUE key 0 5\r\n", "VALUE key 0 5\r\nhel", "EN"}) {
    CAPTURE(beginning);
    Fixture fixture;
    fixture.server.script_others(Scripted{beginning});
    CHECK(ask(fixture.engine, in_time(get("key"))).status == Status::Timeout);
    fixture.server.script_others({});
    check_next_operation_works(fixture);
  }
}

TEST_CASE("a reply that drips does not keep a read beyond its deadline") {
  Fixture fixture;
  const std::string value(500, 'v');
  fixture.server.script_others(
      Scripted{"VALUE key 0 500\r\n" + value + "\r\nEND\r\n", false, milliseconds(20)});
  const Deadline asked = Clock::now();
  CHECK(ask(fixture.engine, in_time(get("key"))).status == Status::Timeout);
  CHECK(Clock::now() - asked < std::chrono::seconds(3));  // the value alone takes ten
  fixture.server.script_others({});
  check_next_operation_works(fixture);
}

TEST_CASE("a reply that comes byte by byte is understood") {
  Fixture fixture;
  fixture.server.script({{"VALUE key 7 4\r\n\r\n\r\n\r\nEND\r\n", false, milliseconds(1)},
                         {"STORED\r\n", false, milliseconds(1)},
                         {"END\r\n", false, milliseconds(1)}});
  const Answered read = ask(fixture.engine, get("key"));
  CHECK(read.value == "\r\n\r\n");
  CHECK(read.flags == 7);
  CHECK(ask(fixture.engine, set("key", "value")).status == Status::Ok);
  CHECK(ask(fixture.engine, get("key")).status == Status::Miss);
  CHECK(fixture.server.connections() == 1);
}

TEST_CASE("bytes that nobody asked for end a connection before they are taken for a reply") {
  Fixture fixture;
  CHECK(ask(fixture.engine, get("key")).status == Status::Ok);
  fixture.server.send_unasked("VALUE next 0 5\r\nwrong\r\nEND\r\n");
  check_next_operation_works(fixture);
  CHECK(fixture.server.connections() == 2);
  fixture.server.send_unasked("NOT_STORED\r\n");
  CHECK(ask(fixture.engine, set("key", "value")).status == Status::Ok);
  CHECK(fixture.server.connections() == 3);
}

TEST_CASE("no read of the binary protocol is a miss before the server has said that it is done") {
  using namespace std::string_view_literals;
  const std::string noop = bytes_of({.opcode = opcode::kNoop});
  const std::string value =
      bytes_of({.opcode = opcode::kGetKQ, .extras = "\0\0\0\0"sv, .key = "key", .value = "value"});
  const std::string other = bytes_of(
      {.opcode = opcode::kGetKQ, .extras = "\0\0\0\0"sv, .key = "other", .value = "value"});
  const std::string refused =
      bytes_of({.opcode = opcode::kNoop, .status = 0x86, .value = "Temporary failure"});
  const std::vector<Scripted> replies{
      {"", kThenClose},
      {value.substr(0, 10), kThenClose},
      {value.substr(0, 26), kThenClose},
      {value.substr(0, value.size() - 1), kThenClose},
      {other + noop},
      {refused},
      {bytes_of({.opcode = 99})},
      {"ERROR\r\n", kThenClose},
      {std::string(24, 'x')},
  };
  for (const Scripted& reply : replies) {
    CAPTURE(reply.bytes);
    Fixture fixture(Protocol::Binary);
    fixture.server.script({reply, reply});
    CHECK(is_failure(ask(fixture.engine, get("key")).status));
    CHECK(fixture.server.requests().size() == 2);
    check_next_operation_works(fixture);
  }
  for (const std::string& silent : {std::string(), value.substr(0, 26), noop.substr(0, 10)}) {
    CAPTURE(silent);
    Fixture fixture(Protocol::Binary);
    fixture.server.script_others(Scripted{silent});
    CHECK(ask(fixture.engine, in_time(get("key"))).status == Status::Timeout);
    fixture.server.script_others({});
    check_next_operation_works(fixture);
  }
}

}  // namespace cache
