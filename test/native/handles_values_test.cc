// Values of awkward sizes and bytes.
#include <doctest/doctest.h>

#include <string>

#include "handles/commands.h"
#include "support/real_server.h"
#include "support/scripted_server.h"

namespace cache {
namespace {

// libmemcached's write buffer: it leaves a request of k times as much in the kernel (section 1, row
// 6).
constexpr std::size_t kWriteBuffer = 8196;

std::string bytes_of(std::size_t length) {
  std::string bytes;
  bytes.reserve(length);
  for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>(i * 31 + i / 251);
  return bytes;
}

void check_round_trip(Engine& engine, const Request& write) {
  CAPTURE(write.value.size());
  CHECK(ask(engine, write).status == Status::Ok);
  const Answered got = ask(engine, get(write.key));
  CHECK(got.status == Status::Ok);
  CHECK((got.value == write.value));  // in parentheses: not to be printed
}

Operation operation_of(const Request& request) {
  return {.command = request.command,
          .flags = request.flags,
          .exptime = request.exptime,
          .number = request.number,
          .key = request.key,
          .value = request.value};
}

template <typename Test>
void in_both_protocols(const Test& test) {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    RealServer server(protocol);
    test(server.engine, protocol);
  }
}

}  // namespace

TEST_CASE("an empty value comes back empty and is no miss") {
  in_both_protocols([](Engine& engine, Protocol) {
    check_round_trip(engine, set("key", ""));
    CHECK(ask(engine, {.command = Command::Gets, .key = "key"}).status == Status::Ok);
    CHECK(ask(engine, {.command = Command::GetAndTouch, .key = "key"}).status == Status::Ok);
  });
}

TEST_CASE("a value may hold any bytes, those of the protocol too") {
  in_both_protocols([](Engine& engine, Protocol) {
    check_round_trip(engine, set("key", bytes_of(4096)));
    check_round_trip(engine, set("key", "\r\n"));
    check_round_trip(engine,
                     set("key", "END\r\nVALUE other 0 1\r\nx\r\nEND\r\nSERVER_ERROR x\r\n"));
    check_round_trip(engine, set("key", std::string(3, '\0')));
  });
}

TEST_CASE("a value of a megabyte goes there and back, alone and among small ones") {
  in_both_protocols([](Engine& engine, Protocol) {
    const Request large = set("large", bytes_of(1'000'000));
    check_round_trip(engine, large);
    ask(engine, set("small", "value"));
    const auto answers =
        ask(engine, {get("small"), get("large"), get("none"), get("small"), get("large")});
    CHECK(answers[0].value == "value");
    CHECK((answers[1].value == large.value));
    CHECK(answers[2].status == Status::Miss);
    CHECK(answers[3].value == "value");
    CHECK((answers[4].value == large.value));
  });
}

TEST_CASE("a value the server has no room for is refused, and the next operation works") {
  in_both_protocols([](Engine& engine, Protocol) {
    const Answered refused = ask(engine, set("large", std::string(2 * 1024 * 1024, 'v')));
    CHECK(refused.status == Status::TooLarge);
    CHECK_FALSE(refused.maybe_applied);
    CHECK(ask(engine, get("large")).status == Status::Miss);
    check_round_trip(engine, set("small", "value"));
    CHECK_FALSE(engine.metrics()[0].breaker_open);
  });
}

TEST_CASE("writes around the sizes that libmemcached leaves in the kernel arrive whole") {
  in_both_protocols([](Engine& engine, Protocol protocol) {
    for (const std::size_t multiple : {1, 2, 3, 16}) {
      // The length of the value is part of a text request: found by trying.
      Request write = set("key", std::string(multiple * kWriteBuffer - 100, 'v'));
      while (request_size(operation_of(write), protocol) < multiple * kWriteBuffer - 1) {
        write.value += 'v';
      }
      for (int size = -1; size <= 1; ++size) {
        check_round_trip(engine, write);
        write.value += 'w';
      }
      REQUIRE_FALSE(stays_in_kernel(request_size(operation_of(write), protocol)));
    }
  });
}

TEST_CASE("reads of a size that libmemcached leaves in the kernel are all answered") {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    RealServer server(protocol, Listen::Port, kOneConnection);
    const bool text = protocol == Protocol::Text;
    const std::size_t overhead = text ? 1 : 24;  // of each key
    const std::size_t rest = text ? 5 : 24;      // of the request
    std::vector<Request> reads;
    std::size_t left = kWriteBuffer - rest;
    for (int i = 0; left > 0; ++i) {
      const std::size_t length = std::min<std::size_t>(left - overhead, 200);
      std::string key = std::to_string(i);
      // What is left over must be enough for one more key.
      const std::size_t shorter = left - overhead - length < 60 && left - overhead > 200 ? 60 : 0;
      key.resize(length - shorter, 'k');
      left -= overhead + key.size();
      reads.push_back(get(key));
      ask(server.engine, set(key, std::to_string(i)));
    }
    const auto answers = ask(server.engine, reads);
    for (std::size_t i = 0; i < answers.size(); ++i) CHECK(answers[i].value == std::to_string(i));
  }
}

TEST_CASE("the size of a request is known before it is sent") {
  for (const Protocol protocol : kProtocols) {
    CAPTURE(name_of(protocol));
    ScriptedServer server(protocol);
    HandlesEngine engine(config_of(server.server(), protocol, kOneConnection));
    for (const Command command : {Command::Set, Command::Add, Command::Replace, Command::Append,
                                  Command::Prepend, Command::Cas}) {
      for (const std::size_t length : {0, 9, 10, 12345}) {
        CAPTURE(command);
        CAPTURE(length);
        const Request write{.command = command,
                            .key = "key",
                            .value = std::string(length, 'v'),
                            .flags = static_cast<std::uint32_t>(length * 100'000),
                            .exptime = static_cast<std::uint32_t>(length),
                            .number = length + 1};
        CHECK(ask(engine, write).status == Status::Ok);
        CHECK(server.requests().back().size() == request_size(operation_of(write), protocol));
      }
    }
  }
}

TEST_CASE("a request stays in the kernel when its size is a multiple of the write buffer") {
  for (std::size_t multiple = 1; multiple < 20; ++multiple) {
    CHECK(stays_in_kernel(multiple * kWriteBuffer));
    CHECK_FALSE(stays_in_kernel(multiple * kWriteBuffer - 1));
    CHECK_FALSE(stays_in_kernel(multiple * kWriteBuffer + 1));
  }
  CHECK_FALSE(stays_in_kernel(0));
}

}  // namespace cache
