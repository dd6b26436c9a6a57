// Every command of a key, against a real server.
#include <doctest/doctest.h>

#include <string>

#include "support/real_server.h"

namespace cache {
namespace {

// In 1970: memcached takes more than 30 days for a time of the wall clock (H41).
constexpr std::uint32_t kExpired = 60 * 60 * 24 * 30 + 1;

void check_hit(Engine& engine, const std::string& key, const std::string& value) {
  const Answered got = ask(engine, get(key));
  CHECK(got.status == Status::Ok);
  CHECK(got.value == value);
}

void check_miss(Engine& engine, const std::string& key) {
  const Answered got = ask(engine, get(key));
  CHECK(got.status == Status::Miss);
  CHECK(got.value.empty());
}

Status status_of(Engine& engine, const Request& request) { return ask(engine, request).status; }

// Runs the test with a server of its own for each way to talk to it.
template <typename Test>
void in_both_protocols(const Test& test) {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    RealServer server(protocol);
    test(server.engine);
  }
}

}  // namespace

TEST_CASE("what was set is got, with its flags") {
  in_both_protocols([](Engine& engine) {
    Request request = set("key", "value");
    request.flags = 0xfedcba98;
    CHECK(status_of(engine, request) == Status::Ok);
    const Answered got = ask(engine, get("key"));
    CHECK(got.status == Status::Ok);
    CHECK(got.value == "value");
    CHECK(got.flags == 0xfedcba98);
  });
}

TEST_CASE("every command tells a miss from everything else") {
  in_both_protocols([](Engine& engine) {
    for (const Command command :
         {Command::Get, Command::Gets, Command::Has, Command::Cas, Command::Incr, Command::Decr,
          Command::Touch, Command::GetAndTouch, Command::Delete}) {
      CAPTURE(command);
      CHECK(status_of(engine, {.command = command, .key = "none", .number = 1}) == Status::Miss);
    }
    for (const Command command : {Command::Replace, Command::Append, Command::Prepend}) {
      CAPTURE(command);
      CHECK(status_of(engine, {.command = command, .key = "none", .value = "value"}) ==
            Status::NotStored);
    }
    check_miss(engine, "none");
  });
}

TEST_CASE("has tells that an item is there and brings no value") {
  in_both_protocols([](Engine& engine) {
    ask(engine, set("key", "value"));
    const Answered has = ask(engine, {.command = Command::Has, .key = "key"});
    CHECK(has.status == Status::Ok);
    CHECK(has.value.empty());
  });
}

TEST_CASE("add stores what is not there, replace what is") {
  in_both_protocols([](Engine& engine) {
    const auto store = [&](Command command, const char* value) {
      return status_of(engine, {.command = command, .key = "key", .value = value});
    };
    CHECK(store(Command::Add, "first") == Status::Ok);
    CHECK(store(Command::Add, "second") == Status::NotStored);
    check_hit(engine, "key", "first");
    CHECK(store(Command::Replace, "third") == Status::Ok);
    check_hit(engine, "key", "third");
  });
}

TEST_CASE("append and prepend lengthen the value and leave the flags") {
  in_both_protocols([](Engine& engine) {
    Request middle = set("key", "b");
    middle.flags = 7;
    ask(engine, middle);
    CHECK(status_of(engine, {.command = Command::Append, .key = "key", .value = "c"}) ==
          Status::Ok);
    CHECK(status_of(engine, {.command = Command::Prepend, .key = "key", .value = "a"}) ==
          Status::Ok);
    check_hit(engine, "key", "abc");
    CHECK(ask(engine, get("key")).flags == 7);
  });
}

TEST_CASE("cas stores with the token of the last gets, and with no other") {
  in_both_protocols([](Engine& engine) {
    ask(engine, set("key", "first"));
    const Answered seen = ask(engine, {.command = Command::Gets, .key = "key"});
    CHECK(seen.value == "first");
    REQUIRE(seen.number != 0);

    Request swap{.command = Command::Cas,
                 .key = "key",
                 .value = "second",
                 .flags = 5,
                 .number = seen.number};
    CHECK(status_of(engine, swap) == Status::Ok);
    CHECK(status_of(engine, swap) == Status::Exists);
    const Answered now = ask(engine, {.command = Command::Gets, .key = "key"});
    CHECK(now.value == "second");
    CHECK(now.flags == 5);
    CHECK(now.number != seen.number);
  });
}

TEST_CASE("a token that libmemcached cannot send as text is refused and nothing is sent") {
  RealServer server(Protocol::Text);
  ask(server.engine, set("key", "value"));
  const Request longest{.command = Command::Cas,
                        .key = "key",
                        .value = "changed",
                        .number = 9'999'999'999'999'999'999U};
  CHECK(status_of(server.engine, longest) == Status::Exists);

  Request too_long = longest;
  ++too_long.number;
  const Answered refused = ask(server.engine, too_long);
  CHECK(refused.status == Status::Unsupported);
  CHECK_FALSE(refused.maybe_applied);
  check_hit(server.engine, "key", "value");
}

TEST_CASE("a binary token has all 64 bits") {
  RealServer server(Protocol::Binary);
  ask(server.engine, set("key", "value"));
  CHECK(status_of(
            server.engine,
            {.command = Command::Cas, .key = "key", .value = "changed", .number = UINT64_MAX}) ==
        Status::Exists);
  check_hit(server.engine, "key", "value");
}

TEST_CASE("delete removes") {
  in_both_protocols([](Engine& engine) {
    ask(engine, set("key", "value"));
    const Request removal{.command = Command::Delete, .key = "key"};
    CHECK(status_of(engine, removal) == Status::Ok);
    check_miss(engine, "key");
    CHECK(status_of(engine, removal) == Status::Miss);
  });
}

TEST_CASE("every write with a time to live passes it on") {
  in_both_protocols([](Engine& engine) {
    for (const Command command : {Command::Set, Command::Add}) {
      CAPTURE(command);
      const Request write{.command = command, .key = "key", .value = "value", .exptime = kExpired};
      CHECK(status_of(engine, write) == Status::Ok);
      check_miss(engine, "key");
    }

    ask(engine, set("key", "value"));
    CHECK(status_of(
              engine,
              {.command = Command::Replace, .key = "key", .value = "value", .exptime = kExpired}) ==
          Status::Ok);
    check_miss(engine, "key");

    ask(engine, set("key", "value"));
    const auto token = ask(engine, {.command = Command::Gets, .key = "key"}).number;
    CHECK(status_of(engine, {.command = Command::Cas,
                             .key = "key",
                             .value = "value",
                             .exptime = kExpired,
                             .number = token}) == Status::Ok);
    check_miss(engine, "key");
  });
}

TEST_CASE("touch gives an item another time to live") {
  in_both_protocols([](Engine& engine) {
    ask(engine, set("key", "value"));
    const auto touch = [&](std::uint32_t exptime) {
      return status_of(engine, {.command = Command::Touch, .key = "key", .exptime = exptime});
    };
    CHECK(touch(3600) == Status::Ok);
    check_hit(engine, "key", "value");
    CHECK(touch(kExpired) == Status::Ok);
    check_miss(engine, "key");
  });
}

TEST_CASE("get and touch gives the value with its flags, and another time to live") {
  in_both_protocols([](Engine& engine) {
    Request request = set("key", "value");
    request.flags = 9;
    ask(engine, request);
    const Answered got =
        ask(engine, {.command = Command::GetAndTouch, .key = "key", .exptime = 3600});
    CHECK(got.status == Status::Ok);
    CHECK(got.value == "value");
    CHECK(got.flags == 9);
  });
}

TEST_CASE("a unix socket serves like a port, on all of its connections") {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    RealServer server(protocol, Listen::UnixSocket);
    std::vector<Request> writes;
    std::vector<Request> reads;
    for (int i = 0; i < 100; ++i) {
      writes.push_back(set("key" + std::to_string(i), std::to_string(i)));
      reads.push_back(get("key" + std::to_string(i)));
    }
    for (const Answered& written : ask(server.engine, writes)) CHECK(written.status == Status::Ok);
    for (const Answered& read : ask(server.engine, reads)) {
      CHECK(read.value == std::to_string(read.id));
    }
    CHECK(status_of(server.engine, {.command = Command::Incr, .key = "key7", .number = 3}) ==
          Status::Ok);
    check_hit(server.engine, "key7", "10");
    check_miss(server.engine, "none");
  }
}

TEST_CASE("keys may have 250 bytes, any above the blank") {
  in_both_protocols([](Engine& engine) {
    for (const std::string& key :
         {std::string(250, 'k'), std::string("caf\xc3\xa9"), std::string("\x80\xff!")}) {
      CHECK(status_of(engine, set(key, key)) == Status::Ok);
      check_hit(engine, key, key);
    }
  });
}

TEST_CASE("operations go to the server of their key or group, and say which it was") {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    MemcachedProcess one;
    MemcachedProcess other;
    HandlesEngine engine(config_of({one.server(), other.server()}, protocol));
    HandlesEngine first(config_of(one.server(), protocol));
    HandlesEngine second(config_of(other.server(), protocol));
    for (int i = 0; i < 20; ++i) {
      const std::string key = "key" + std::to_string(i);
      Request request = set(key, "value");
      if (i % 2 == 0) request.group_key = "group";
      const std::uint32_t place = engine.router().server_of(i % 2 == 0 ? "group" : key);
      CHECK(ask(engine, request).server == place);
      check_hit(place == 0 ? first : second, key, "value");
      check_miss(place == 0 ? second : first, key);
    }
  }
}

}  // namespace cache
