// The commands that address a server, against a real one.
#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "support/real_server.h"

namespace cache {
namespace {

Request server_wide(Command command, std::string section = "") {
  return {.command = command, .key = std::move(section)};
}

// The value of a line "name value", or "" where there is none.
std::string line_of(const std::string& lines, const std::string& name) {
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(name + " ")) return line.substr(name.size() + 1);
  }
  return "";
}

std::string general(Engine& engine, const std::string& name) {
  return line_of(ask(engine, server_wide(Command::Stats)).value, name);
}

template <typename Test>
void in_both_protocols(const Test& test) {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    RealServer server(protocol);
    test(server, protocol);
  }
}

}  // namespace

TEST_CASE("stats are those of the server") {
  in_both_protocols([](RealServer& server, Protocol) {
    const Answered stats = ask(server.engine, server_wide(Command::Stats));
    CHECK(stats.status == Status::Ok);
    CHECK(line_of(stats.value, "pid") == std::to_string(server.memcached.pid()));
    CHECK(line_of(stats.value, "threads") == "2");
  });
}

TEST_CASE("stats have sections") {
  in_both_protocols([](RealServer& server, Protocol) {
    ask(server.engine, set("key", "value"));
    const auto section = [&](const char* name) {
      const Answered stats = ask(server.engine, server_wide(Command::Stats, name));
      CHECK(stats.status == Status::Ok);
      return stats.value;
    };
    CHECK(line_of(section("settings"), "num_threads") == "2");
    CHECK(line_of(section("items"), "items:1:number") == "1");
    CHECK(line_of(section("slabs"), "1:used_chunks") == "1");
    CHECK(line_of(section("sizes"), "sizes_status") == "disabled");
  });
}

TEST_CASE("stats of connections are there in the text protocol, and are said not to be in binary") {
  in_both_protocols([](RealServer& server, Protocol protocol) {
    const Answered stats = ask(server.engine, server_wide(Command::Stats, "conns"));
    if (protocol == Protocol::Text) {
      CHECK(stats.status == Status::Ok);
      CHECK(stats.value.find("addr") != std::string::npos);
    } else {
      CHECK(stats.status == Status::Unsupported);
    }
    CHECK(ask(server.engine, get("none")).status == Status::Miss);
  });
}

TEST_CASE("a reset takes the counters of the server to 0, and the next operation works") {
  in_both_protocols([](RealServer& server, Protocol) {
    ask(server.engine, set("key", "value"));
    CHECK(general(server.engine, "cmd_set") == "1");
    CHECK(ask(server.engine, server_wide(Command::Stats, "reset")).status == Status::Ok);
    CHECK(general(server.engine, "cmd_set") == "0");
    CHECK(ask(server.engine, get("key")).value == "value");
    CHECK_FALSE(server.engine.metrics()[0].breaker_open);
  });
}

TEST_CASE("the version is that of the server") {
  in_both_protocols([](RealServer& server, Protocol) {
    const Answered version = ask(server.engine, server_wide(Command::Version));
    CHECK(version.status == Status::Ok);
    CHECK_FALSE(version.value.empty());
    CHECK(version.value == general(server.engine, "version"));
  });
}

TEST_CASE("a ping takes time and has no value") {
  in_both_protocols([](RealServer& server, Protocol) {
    const Answered ping = ask(server.engine, server_wide(Command::Ping));
    CHECK(ping.status == Status::Ok);
    CHECK(ping.number > 0);
    CHECK(ping.value.empty());
  });
}

TEST_CASE("a flush removes everything, on the server it names only") {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    MemcachedProcess one;
    MemcachedProcess other;
    HandlesEngine engine(config_of({one.server(), other.server()}, protocol));
    HandlesEngine first(config_of(one.server(), protocol));
    HandlesEngine second(config_of(other.server(), protocol));
    ask(first, set("key", "value"));
    ask(second, set("key", "value"));

    const Answered flushed = ask(engine, {.command = Command::Flush, .server = 1});
    CHECK(flushed.status == Status::Ok);
    CHECK(flushed.server == 1);
    CHECK(ask(first, get("key")).status == Status::Ok);
    CHECK(ask(second, get("key")).status == Status::Miss);
  }
}

TEST_CASE("a flush may wait") {
  in_both_protocols([](RealServer& server, Protocol) {
    ask(server.engine, set("key", "value"));
    const Request later{.command = Command::Flush, .number = 3600};
    CHECK(ask(server.engine, later).status == Status::Ok);
    CHECK(ask(server.engine, get("key")).status == Status::Ok);
  });
}

}  // namespace cache
