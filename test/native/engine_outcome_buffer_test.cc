#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "engine/outcome_buffer.h"
#include "support/packing.h"

namespace cache {
namespace {

std::string bytes_of(const Outcome& outcome) {
  OutcomeBuffer buffer;
  buffer.append(outcome);
  return std::string(buffer.bytes());
}

}  // namespace

TEST_CASE("an outcome is seven little-endian words and its value, padded to a whole word") {
  using namespace std::string_view_literals;
  CHECK(bytes_of({.id = 0x01020304,
                  .status = Status::Ok,
                  .server = 2,
                  .flags = 0xfedcba98,
                  .number = 0x123456789abcdef0,
                  .value = "hello"}) ==
        "\x04\x03\x02\x01"
        "\x00\x00\x00\x00"
        "\x98\xba\xdc\xfe"
        "\x02\x00\x00\x00"
        "\xf0\xde\xbc\x9a"
        "\x78\x56\x34\x12"
        "\x05\x00\x00\x00"
        "hello\x00\x00\x00"sv);
}

TEST_CASE("a value that ends at a whole word, and none, are not padded") {
  CHECK(bytes_of({.value = "12345678"}).size() == 28 + 8);
  CHECK(bytes_of({}).size() == 28);
}

TEST_CASE(
    "a failure has its errno where a hit has its flags, and says whether it may have been "
    "applied") {
  using namespace std::string_view_literals;
  CHECK(bytes_of({.id = 7,
                  .status = Status::Connection,
                  .maybe_applied = true,
                  .flags = 99,
                  .error_number = 111}) ==
        "\x07\x00\x00\x00"
        "\x11\x01\x00\x00"
        "\x6f\x00\x00\x00"
        "\x00\x00\x00\x00"
        "\x00\x00\x00\x00"
        "\x00\x00\x00\x00"
        "\x00\x00\x00\x00"sv);
}

TEST_CASE("news of servers are in the buffer and are not counted as answers") {
  OutcomeBuffer buffer;
  CHECK(buffer.answers() == 0);
  buffer.append({.id = 1, .status = Status::Miss});
  buffer.append({.status = Status::ServerWentDown,
                 .server = 3,
                 .number = static_cast<std::uint64_t>(Status::Authentication)});
  buffer.append({.id = 2, .status = Status::Timeout});
  buffer.append({.status = Status::ServerCameUp, .server = 3});
  CHECK(buffer.answers() == 2);

  const auto all = unpacked(buffer.bytes());
  REQUIRE(all.size() == 4);
  CHECK(all[1].status == Status::ServerWentDown);
  CHECK(all[1].server == 3);
  CHECK(all[1].number == static_cast<std::uint64_t>(Status::Authentication));
  CHECK(all[3].status == Status::ServerCameUp);
}

TEST_CASE("a value may be written after its outcome, into place") {
  OutcomeBuffer buffer;
  buffer.append({.id = 1, .value = "before"});
  const std::string large(100'000, 'v');
  std::ranges::copy(large, buffer.append_unwritten({.id = 2, .flags = 5}, large.size()));
  buffer.append({.id = 3, .value = "after"});
  buffer.append_unwritten({.id = 4}, 0);
  CHECK(buffer.answers() == 4);

  const auto all = unpacked(buffer.bytes());
  REQUIRE(all.size() == 4);
  CHECK(all[0].value == "before");
  CHECK(all[1].flags == 5);
  CHECK((all[1].value == large));  // in parentheses: not to be printed
  CHECK(all[2].value == "after");
  CHECK(all[3].value.empty());
}

TEST_CASE("any bytes can be a value") {
  std::string value;
  for (int byte = 0; byte < 256; ++byte) value += static_cast<char>(byte);
  OutcomeBuffer buffer;
  for (std::uint32_t id = 0; id < 9; ++id) {
    buffer.append({.id = id, .value = std::string_view(value).substr(id)});
  }
  const auto all = unpacked(buffer.bytes());
  REQUIRE(all.size() == 9);
  for (std::uint32_t id = 0; id < 9; ++id) {
    CHECK(all[id].id == id);
    CHECK(all[id].value == value.substr(id));
  }
}

}  // namespace cache
