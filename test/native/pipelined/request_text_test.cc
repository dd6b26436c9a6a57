#include "pipelined/request_text.h"

#include <doctest/doctest.h>

#include <string>

namespace cache {
namespace {

std::string text_of(const Operation& operation) {
  std::string text = "before|";
  append_request(text, operation);
  REQUIRE(text.starts_with("before|"));
  return text.substr(7);
}

Operation storage(Command command) {
  return {.command = command,
          .flags = 4294967295U,
          .exptime = 2147483647,
          .number = 18446744073709551615U,
          .key = "key",
          .value = "value"};
}

}  // namespace

TEST_CASE("the requests of storage commands, up to the value") {
  CHECK(text_of(storage(Command::Set)) == "set key 4294967295 2147483647 5\r\n");
  CHECK(text_of(storage(Command::Add)) == "add key 4294967295 2147483647 5\r\n");
  CHECK(text_of(storage(Command::Replace)) == "replace key 4294967295 2147483647 5\r\n");
  CHECK(text_of(storage(Command::Append)) == "append key 4294967295 2147483647 5\r\n");
  CHECK(text_of(storage(Command::Prepend)) == "prepend key 4294967295 2147483647 5\r\n");
  CHECK(text_of(storage(Command::Cas)) ==
        "cas key 4294967295 2147483647 5 18446744073709551615\r\n");
  CHECK(text_of({.command = Command::Set, .key = "k"}) == "set k 0 0 0\r\n");
}

TEST_CASE("the requests of counters") {
  CHECK(text_of({.command = Command::Incr, .number = 1, .key = "key"}) == "incr key 1\r\n");
  CHECK(text_of({.command = Command::Decr, .number = 18446744073709551615U, .key = "key"}) ==
        "decr key 18446744073709551615\r\n");
  CHECK(text_of({.command = Command::Incr, .key = "key"}) == "incr key 0\r\n");
}

TEST_CASE("the requests of other commands on a key") {
  CHECK(text_of({.command = Command::Touch, .exptime = 30, .key = "key"}) == "touch key 30\r\n");
  CHECK(text_of({.command = Command::Touch, .key = "key"}) == "touch key 0\r\n");
  CHECK(text_of({.command = Command::GetAndTouch, .exptime = 30, .key = "key"}) ==
        "gat 30 key\r\n");
  CHECK(text_of({.command = Command::Delete, .key = "key"}) == "delete key\r\n");
}

TEST_CASE("the requests to a server") {
  CHECK(text_of({.command = Command::Flush}) == "flush_all\r\n");
  CHECK(text_of({.command = Command::Flush, .number = 30}) == "flush_all 30\r\n");
  CHECK(text_of({.command = Command::Version}) == "version\r\n");
  CHECK(text_of({.command = Command::Ping}) == "version\r\n");
  CHECK(text_of({.command = Command::Stats}) == "stats\r\n");
  CHECK(text_of({.command = Command::Stats, .key = "slabs"}) == "stats slabs\r\n");
}

TEST_CASE("a key is sent as it is") {
  const std::string key = "\xc3\xa9\xff" + std::string(247, 'k');
  CHECK(text_of({.command = Command::Delete, .key = key}) == "delete " + key + "\r\n");
}

TEST_CASE("storage commands have a value, others have none") {
  for (std::uint8_t number = 0; number < kCommandCount; ++number) {
    const auto command = static_cast<Command>(number);
    const bool stores = command == Command::Set || command == Command::Add ||
                        command == Command::Replace || command == Command::Append ||
                        command == Command::Prepend || command == Command::Cas;
    CAPTURE(number);
    CHECK(has_value(command) == stores);
  }
}

TEST_CASE("the add behind a counter has its initial value and its time to live") {
  std::string text;
  append_initial_add(text, {.command = Command::Incr,
                            .has_initial = true,
                            .exptime = 30,
                            .number = 5,
                            .initial = 18446744073709551615U,
                            .key = "key"});
  CHECK(text == "add key 0 30 20\r\n18446744073709551615\r\n");
  text.clear();
  append_initial_add(text, {.command = Command::Decr, .has_initial = true, .key = "key"});
  CHECK(text == "add key 0 0 1\r\n0\r\n");
}

}  // namespace cache
