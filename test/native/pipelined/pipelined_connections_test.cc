// Connections that end, and what is asked again.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <vector>

#include "pipelined/played.h"
#include "support/eventually.h"
#include "support/temporary_directory.h"

namespace cache {
namespace {

const std::vector<std::string> kBeginnings = {"",
                                              "V",
                                              "VALUE key",
                                              "VALUE key 0 5\r",
                                              "VALUE key 0 5\r\n",
                                              "VALUE key 0 5\r\nhel",
                                              "VALUE key 0 5\r\nhello",
                                              "VALUE key 0 5\r\nhello\r",
                                              "VALUE key 0 100000\r\n" + std::string(50'000, 'v')};

}  // namespace

TEST_CASE("a read whose reply breaks off is asked again once, on a new connection") {
  for (const std::string& beginning : kBeginnings) {
    CAPTURE(beginning.substr(0, 30));
    Played played;
    const Turn turn(played.engine, {get("key")});
    PlayedConnection first = played.server.accept();
    check_received(first, "get key\r\n");
    first.send(beginning);
    first.end();
    PlayedConnection second = played.server.accept();
    check_received(second, "get key\r\n");
    second.send("VALUE key 0 3\r\nnew\r\nEND\r\n");
    CHECK(turn.answers()[0].value == "new");
    CHECK(played.engine.metrics()[0].connects == 2);
  }
}

TEST_CASE("a read whose reply breaks off twice fails") {
  for (const std::string& beginning : kBeginnings) {
    CAPTURE(beginning.substr(0, 30));
    Played played;
    const Turn turn(played.engine, {get("key")});
    for (int i = 0; i < 2; ++i) {
      PlayedConnection connection = played.server.accept();
      check_received(connection, "get key\r\n");
      connection.send(beginning);
      connection.end();
    }
    CHECK(turn.answers()[0].status == Status::Connection);
    CHECK_FALSE(turn.answers()[0].maybe_applied);
    CHECK(played.server.is_left_alone());
  }
}

TEST_CASE("a write whose reply breaks off fails at once, and may have been applied") {
  for (const Request& write :
       {set("key", "v"), request(Command::Incr, "key"), request(Command::Delete, "key"),
        request(Command::GetAndTouch, "key"), request(Command::Flush, "")}) {
    CAPTURE(static_cast<int>(write.command));
    Played played;
    const Turn turn(played.engine, {write});
    PlayedConnection connection = played.server.accept();
    std::string received;
    while (!received.ends_with("\r\n")) received += connection.receive(1);
    connection.receive(write.value.empty() ? 0 : write.value.size() + 2);
    connection.send("S");
    connection.end();
    const Answered answered = turn.answers()[0];
    CHECK(answered.status == Status::Connection);
    CHECK(answered.maybe_applied);
    CHECK(played.server.is_left_alone());
    played.check_works_again();
  }
}

TEST_CASE("a connection that is reset gives the error of the kernel") {
  Played played;
  const Turn turn(played.engine, {set("key", "v"), get("key")});
  PlayedConnection first = played.server.accept();
  check_received(first, "set key 0 0 1\r\nv\r\nget key\r\n");
  first.reset();
  PlayedConnection second = played.server.accept();
  check_received(second, "get key\r\n");
  second.reset();
  for (const Answered& answered : turn.answers()) {
    CHECK(answered.status == Status::Connection);
    CHECK(answered.error_number == ECONNRESET);
  }
  played.check_works_again();
}

TEST_CASE("what was answered before a connection ended stays answered") {
  Played played;
  const Turn turn(played.engine, {set("a", "1"), get("b"), get("c"), set("d", "4"), get("e")});
  PlayedConnection first = played.server.accept();
  check_received(first, "set a 0 0 1\r\n1\r\nget b c\r\nset d 0 0 1\r\n4\r\nget e\r\n");
  first.send("STORED\r\n" + value_reply("b", "B"));
  first.end();
  PlayedConnection second = played.server.accept();
  check_received(second, "get c e\r\n");
  second.send(value_reply("e", "E") + "END\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].status == Status::Ok);
  CHECK(answers[1].value == "B");
  CHECK(answers[2].status == Status::Miss);
  CHECK(answers[3].status == Status::Connection);
  CHECK(answers[3].maybe_applied);
  CHECK(answers[4].value == "E");
}

TEST_CASE("a connection that ends between two requests costs nothing") {
  Played played;
  for (int i = 0; i < 10; ++i) {
    played.check_works_again();
    CHECK(eventually([&] { return played.engine.metrics()[0].connections == 0; }));
  }
  CHECK_FALSE(played.engine.metrics()[0].breaker_open);
}

TEST_CASE("where nobody listens an operation fails at once, with the error of the kernel") {
  PipelinedEngine engine(pipelined(server_that_is_not_there()));
  for (const Request& asked : {get("key"), set("key", "value")}) {
    const Answered answered = ask(engine, asked);
    CHECK(answered.status == Status::Connection);
    CHECK(answered.error_number == ECONNREFUSED);
    CHECK_FALSE(answered.maybe_applied);
  }
}

TEST_CASE("a unix socket that is not there is an error at once") {
  const TemporaryDirectory directory;
  PipelinedEngine engine(
      pipelined({.host = directory.path() + "/none.sock", .port = 0, .unix_socket = true}));
  const Answered answered = ask(engine, set("key", "value"));
  CHECK(answered.status == Status::Connection);
  CHECK(answered.error_number == ENOENT);
  CHECK_FALSE(answered.maybe_applied);
}

TEST_CASE("a name is looked up, and each of its addresses tried") {
  PlayedServer server;  // listens on 127.0.0.1 only, which may not be the first of localhost
  PipelinedEngine engine(pipelined({.host = "localhost", .port = server.server().port}));
  const Turn turn(engine, {get("key")});
  PlayedConnection connection = server.accept();
  check_received(connection, "get key\r\n");
  connection.send("END\r\n");
  CHECK(turn.answers()[0].status == Status::Miss);
}

TEST_CASE("a name that does not resolve is an error at once, and says so") {
  // A label may have 63 bytes, so that this name is refused without asking anybody.
  EngineConfig config = pipelined({.host = std::string(64, 'x') + ".example.com", .port = 1});
  config.transport.connect_timeout_ms = 3'600'000;
  PipelinedEngine engine(config);
  for (const Request& request : {set("key", "value"), get("key")}) {
    const Answered answered = ask(engine, within(std::chrono::hours(1), request));
    CHECK(answered.status == Status::Connection);
    CHECK(answered.value == "the host name does not resolve");
    CHECK_FALSE(answered.maybe_applied);
  }
}

TEST_CASE("a server that does not accept costs the connect timeout") {
  const BoundPort port = bind_to_free_port();
  REQUIRE(listen(port.socket.get(), 0) == 0);
  // Its queue is full with these: the kernel answers nobody else.
  std::vector<FileDescriptor> waiting;
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  auto* target = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(getsockname(port.socket.get(), target, &length) == 0);
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    connect(waiting.back().get(), target, length);
  }
  EngineConfig config = pipelined(loopback(port.port));
  config.transport.connect_timeout_ms = 300;
  PipelinedEngine engine(config);
  const auto answers =
      ask(engine, {within(std::chrono::milliseconds(50), set("a", "1")), set("b", "2"), get("c")});
  CHECK(answers[0].status == Status::Timeout);
  CHECK(answers[1].status == Status::Connection);
  CHECK(answers[1].error_number == ETIMEDOUT);
  CHECK(answers[2].status == Status::Connection);
  for (const Answered& answered : answers) CHECK_FALSE(answered.maybe_applied);
}

TEST_CASE("a read is not asked again behind a change of its key that was on its way") {
  Played played;
  const Turn turn(played.engine, {get("key"), get("other"), set("key", "new"), get("key")});
  PlayedConnection first = played.server.accept();
  check_received(first, "get key other\r\nset key 0 0 3\r\nnew\r\nget key\r\n");
  first.reset();
  PlayedConnection second = played.server.accept();
  check_received(second, "get other key\r\n");
  second.send(value_reply("key", "new") + "END\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].status == Status::Connection);
  CHECK_FALSE(answers[0].maybe_applied);
  CHECK(answers[1].status == Status::Miss);
  CHECK(answers[2].maybe_applied);
  CHECK(answers[3].value == "new");
}

}  // namespace cache
