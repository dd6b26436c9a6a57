// A pipelined engine with one connection, and the server at its other end.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "pipelined/pipelined_engine.h"
#include "pipelined/played_server.h"
#include "support/client.h"
#include "support/engines.h"

namespace cache {

inline EngineConfig pipelined(std::vector<Server> servers,
                              std::uint32_t connections = kOneConnection) {
  EngineConfig config = config_of(std::move(servers), Protocol::Text, connections);
  config.transport.engine = EngineKind::Pipelined;
  return config;
}

inline EngineConfig pipelined(const Server& server, std::uint32_t connections = kOneConnection) {
  return pipelined(std::vector{server}, connections);
}

inline Request request(Command command, std::string key, std::string value = "") {
  return {.command = command, .key = std::move(key), .value = std::move(value)};
}

inline Request within(std::chrono::milliseconds timeout, Request request) {
  request.timeout = timeout;
  return request;
}

// Long enough for whatever should happen before, short enough to wait for.
inline constexpr std::chrono::milliseconds kSoon{200};

inline void check_received(PlayedConnection& connection, std::string_view expected) {
  CHECK(connection.receive(expected.size()) == expected);
}

inline std::string value_reply(const std::string& key, const std::string& value) {
  return "VALUE " + key + " 0 " + std::to_string(value.size()) + "\r\n" + value + "\r\n";
}

inline EngineConfig with_connect_timeout(std::chrono::milliseconds timeout, EngineConfig config) {
  config.transport.connect_timeout_ms = static_cast<std::uint32_t>(timeout.count());
  return config;
}

struct Played {
  explicit Played(int receive_buffer = 0)
      : server(receive_buffer), engine(pipelined(server.server())) {}
  explicit Played(std::chrono::milliseconds connect_timeout)
      : engine(with_connect_timeout(connect_timeout, pipelined(server.server()))) {}

  // The connection of an engine that has had an answer on it.
  PlayedConnection connected() {
    const Turn turn(engine, {get("first")});
    PlayedConnection connection = server.accept();
    check_received(connection, "get first\r\n");
    connection.send("END\r\n");
    CHECK(turn.answers()[0].status == Status::Miss);
    return connection;
  }

  // That the engine goes on as if nothing had been, on a new connection.
  void check_works_again() {
    const Turn turn(engine, {get("again")});
    PlayedConnection connection = server.accept();
    check_received(connection, "get again\r\n");
    connection.send(value_reply("again", "as ever") + "END\r\n");
    CHECK(turn.answers()[0].value == "as ever");
  }

  PlayedServer server;
  PipelinedEngine engine;
};

}  // namespace cache
