// A connection is used once the server has answered a first question on it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/client.h"
#include "support/engines.h"
#include "support/eventually.h"
#include "support/scripted_server.h"

namespace cache {
namespace {

using std::chrono::milliseconds;

constexpr bool kThenClose = true;

EngineConfig impatient(const Server& server, Protocol protocol = Protocol::Text) {
  EngineConfig config = config_of(server, protocol, kOneConnection);
  config.transport.connect_timeout_ms = 200;
  return config;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an operation is sent once the server has answered a first question") {
  for (const Scripted& answer :
       {Scripted{"garbage\r\n"}, Scripted{"ERROR Too many open connections\r\n", kThenClose},
        Scripted{"SERVER_ERROR out of luck\r\n"}, Scripted{"HTTP/1.1 400 Bad Request\r\n\r\n"},
        Scripted{"", kThenClose}, Scripted{"EN", kThenClose}, Scripted{""}}) {
    CAPTURE(answer.bytes);
    ScriptedServer server;
    HandlesEngine engine(impatient(server.server()));
    server.script_first_answer(answer);
    for (const Request& request : {set("key", "value"), get("key")}) {
      const Answered answered = ask(engine, request);
      CHECK(is_failure(answered.status));
      CHECK_FALSE(answered.maybe_applied);
    }
    CHECK(server.requests().empty());
    CHECK(engine.metrics()[0].connections == 0);

    server.script_first_answer({});
    CHECK(ask(engine, set("key", "value")).status == Status::Ok);
    CHECK(server.requests().size() == 1);
    CHECK(engine.metrics()[0].connections == 1);
  }
}

TEST_CASE("a server that connects and says nothing is told from one that is not there") {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    ScriptedServer server(protocol);
    server.script_first_answer(Scripted{""});
    HandlesEngine engine(impatient(server.server(), protocol));
    const Answered answered = ask(engine, set("key", "value"));
    CHECK(answered.status == Status::Connection);
    CHECK(contains(answered.value, "no reply to a first request"));
    CHECK(contains(answered.value, name_of(protocol)));
  }
}

TEST_CASE("waiting for a first answer ends with the operation's time, if that is shorter") {
  ScriptedServer server;
  server.script_first_answer(Scripted{""});
  EngineConfig config = config_of(server.server(), Protocol::Text, kOneConnection);
  config.transport.connect_timeout_ms = 60'000;
  HandlesEngine engine(config);
  for (Request request : {set("key", "value"), get("key")}) {
    request.timeout = milliseconds(100);
    const Answered answered = ask(engine, request);
    CHECK(answered.status == Status::Timeout);
    CHECK_FALSE(answered.maybe_applied);
  }
}

TEST_CASE(
    "a first answer that an operation has hardly any time for says nothing about the server") {
  ScriptedServer server;
  server.script_first_answer(Scripted{""});
  HandlesEngine engine(config_of(server.server(), Protocol::Text, kOneConnection));
  for (int i = 0; i < 5; ++i) {
    for (Request request : {set("key", "value"), get("key")}) {
      request.timeout = milliseconds(10);
      CHECK(ask(engine, request).status == Status::Timeout);
    }
  }
  CHECK_FALSE(engine.metrics()[0].breaker_open);
}

TEST_CASE("but it does where the operation has waited for most of its time behind others") {
  ScriptedServer server;
  server.script_first_answer(Scripted{""});
  HandlesEngine engine(config_of(server.server(), Protocol::Text, kOneConnection));
  std::vector<Turn> turns;
  CHECK(eventually([&] {
    Request request = set("key", "value");
    request.timeout = milliseconds(100);
    turns.emplace_back(engine, std::vector{request});
    return engine.metrics()[0].breaker_open;
  }));
}

TEST_CASE("a host name that does not resolve is a failure to connect") {
  const std::string unknown = std::string(64, 'x') + ".example.com";  // a label may have 63 bytes
  HandlesEngine engine(config_of({.host = unknown}, Protocol::Text, kOneConnection));
  const Answered answered = ask(engine, get("key"));
  CHECK(answered.status == Status::Connection);
  CHECK(contains(answered.value, "does not resolve"));
}

TEST_CASE("a host name is connected to at one of its addresses") {
  ScriptedServer server;
  Server named = server.server();
  named.host = "localhost";
  HandlesEngine engine(config_of(named, Protocol::Text, kOneConnection));
  CHECK(ask(engine, get("key")).value == "ok");
}

TEST_CASE("the first connection brings the others, so that no operation waits for them later") {
  ScriptedServer server;
  HandlesEngine engine(config_of(server.server(), Protocol::Text, 4));
  CHECK(server.connections() == 0);
  CHECK(ask(engine, get("key")).value == "ok");
  CHECK(eventually([&] { return engine.metrics()[0].connections == 4; }));
  CHECK(server.connections() == 4);
}

TEST_CASE("a connection that was lost is counted out, and its successor in") {
  ScriptedServer server;
  HandlesEngine engine(config_of(server.server(), Protocol::Text, kOneConnection));
  ask(engine, get("key"));
  server.script({{"garbage\r\n"}});
  ask(engine, set("key", "value"));
  CHECK(engine.metrics()[0].connections == 0);
  ask(engine, set("key", "value"));
  CHECK(engine.metrics()[0].connections == 1);
  CHECK(engine.metrics()[0].connects == 2);
}

}  // namespace cache
