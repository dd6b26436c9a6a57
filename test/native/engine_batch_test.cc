#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <latch>
#include <string>
#include <thread>

#include "engine/batch.h"
#include "routing/support.h"
#include "support/client.h"

namespace cache {
namespace {

const Ring kModula{.hash = "md5", .distribution = "modula", .ketama = Ketama::Off};

Batch batch_of(const std::string& bytes, Deadline now = Clock::now()) {
  static const Router kRouter(servers_of(3), kModula);
  return {bytes.data(), bytes.size(), 1, kRouter, now, std::make_shared<RecordingSink>()};
}

Batch batch_of(const std::vector<Request>& requests) { return batch_of(packed(requests)); }

std::uint32_t place_of(std::string_view key) {
  return Router(servers_of(3), kModula).server_of(key);
}

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::strtoul(hex.substr(i, 2).c_str(), nullptr, 16));
  }
  return bytes;
}

// A batch that lib/batch.ts wrote. The bytes between an operation and the next whole word are
// whatever its buffer held before.
const std::string kWrittenByJavaScript = bytes_of(
    // gets k, 250 ms
    "0100000001010000fa000000000000006be74e22"
    // set key with namespace "ns:", prefix "app:" and group key user:42
    "02000000030a0703dc0500000600000098badcfe100e00000000000000000000000000000000000000000000"
    "6e733a6170703a6b6579757365723a343268c3a46c6c6f00"
    // cas c with a token of 64 bits
    "0300000008010000fa000000040000000700000000000000f0debc9a78563412000000000000000000000000"
    "6300ff0d0ae74e22"
    // incr counter by 2^40 from 2^64-1
    "0400000009070000fa00000000000000000000003c0000000000000000010000ffffffffffffffff01000000"
    "636f756e74657200"
    // stats slabs of server 2
    "0500000011050000e80300000000000002000000000000000000000000000000000000000000000000000000"
    "736c616273000000"
    // flush of server 0 in 30 s
    "060000000e000000e80300000000000000000000000000001e00000000000000000000000000000000000000");

void check_malformed(const Request& request) {
  CHECK_THROWS_AS(batch_of(std::vector{request}), MalformedBatch);
}

}  // namespace

TEST_CASE("a batch decodes what lib/batch.ts writes") {
  const Deadline now = Clock::now();
  const Batch batch = batch_of(kWrittenByJavaScript, now);
  REQUIRE(batch.size() == 6);
  CHECK(batch.submitted() == now);

  const Operation& gets = batch.operation(0);
  CHECK(gets.id == 1);
  CHECK(gets.command == Command::Gets);
  CHECK(gets.key == "k");
  CHECK(gets.value.empty());
  CHECK(gets.deadline == now + std::chrono::milliseconds(250));
  CHECK(gets.server == place_of("k"));

  const Operation& set = batch.operation(1);
  CHECK(set.id == 2);
  CHECK(set.command == Command::Set);
  CHECK(set.key == "ns:app:key");
  CHECK(set.value == "h\xc3\xa4llo");
  CHECK(set.flags == 0xfedcba98);
  CHECK(set.exptime == 3600);
  CHECK_FALSE(set.has_initial);
  CHECK(set.deadline == now + std::chrono::milliseconds(1500));
  CHECK(set.server == place_of("user:42"));

  const Operation& cas = batch.operation(2);
  CHECK(cas.command == Command::Cas);
  CHECK(cas.value == std::string("\0\xff\r\n", 4));
  CHECK(cas.number == 0x123456789abcdef0U);

  const Operation& incr = batch.operation(3);
  CHECK(incr.command == Command::Incr);
  CHECK(incr.exptime == 60);
  CHECK(incr.number == 1ULL << 40U);
  CHECK(incr.has_initial);
  CHECK(incr.initial == UINT64_MAX);

  const Operation& stats = batch.operation(4);
  CHECK(stats.command == Command::Stats);
  CHECK(stats.key == "slabs");
  CHECK(stats.server == 2);

  const Operation& flush = batch.operation(5);
  CHECK(flush.command == Command::Flush);
  CHECK(flush.key.empty());
  CHECK(flush.server == 0);
  CHECK(flush.number == 30);
}

TEST_CASE("a batch owns its bytes") {
  std::string bytes = packed({set("key", "value")});
  const Batch batch = batch_of(bytes);
  std::ranges::fill(bytes, 'x');
  CHECK(batch.operation(0).key == "key");
  CHECK(batch.operation(0).value == "value");
}

TEST_CASE("an empty batch has no operations") { CHECK(batch_of("").size() == 0); }

TEST_CASE("the namespace is sent but not hashed, a group key is hashed but not sent") {
  for (const std::string& key : keys_of(100)) {
    const Batch batch =
        batch_of({Request{.key = "ns:" + key, .namespace_length = 3},
                  Request{.key = "ns:" + key, .group_key = "group", .namespace_length = 3}});
    CHECK(batch.operation(0).key == "ns:" + key);
    CHECK(batch.operation(0).server == place_of(key));
    CHECK(batch.operation(1).key == "ns:" + key);
    CHECK(batch.operation(1).server == place_of("group"));
  }
}

TEST_CASE("keys and values of every length are found behind their padding") {
  std::vector<Request> requests;
  for (std::size_t length = 0; length < 250; ++length) {
    requests.push_back({.command = Command::Set,
                        .key = std::string(250 - length, 'k'),
                        .value = std::string(length, 'v')});
  }
  const Batch batch = batch_of(requests);
  REQUIRE(batch.size() == requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    CHECK(batch.operation(i).key == requests[i].key);
    CHECK(batch.operation(i).value == requests[i].value);
  }
}

TEST_CASE("a batch that was cut anywhere but between two operations is refused") {
  constexpr std::array<std::size_t, 7> kEnds{0, 20, 88, 140, 192, 244, 288};
  REQUIRE(kEnds.back() == kWrittenByJavaScript.size());
  for (std::size_t length = 0; length <= kWrittenByJavaScript.size(); ++length) {
    CAPTURE(length);
    const std::string cut = kWrittenByJavaScript.substr(0, length);
    const auto* const end = std::ranges::find(kEnds, length);
    if (end == kEnds.end()) {
      CHECK_THROWS_AS(batch_of(cut), MalformedBatch);
    } else {
      CHECK(batch_of(cut).size() == static_cast<std::size_t>(end - kEnds.begin()));
    }
  }
}

TEST_CASE("a batch with a length beyond its end is refused") {
  std::string bytes = packed({set("key", "value")});
  bytes.replace(3 * 4, 4, "\xff\xff\xff\xff");
  CHECK_THROWS_AS(batch_of(bytes), MalformedBatch);
}

TEST_CASE("a batch with a command that is none is refused") {
  check_malformed({.command = static_cast<Command>(kCommandCount), .key = "key"});
  check_malformed({.command = static_cast<Command>(255), .key = "key"});
}

TEST_CASE("a batch with nothing to hash in a key is refused") {
  check_malformed({.command = Command::Get});
  check_malformed({.command = Command::Set, .value = "value"});
  check_malformed({.command = Command::Get, .key = "ns:", .namespace_length = 3});
  check_malformed({.command = Command::Get, .key = "ns:", .namespace_length = 255});
}

TEST_CASE("a batch for a server that is not in the ring is refused") {
  CHECK(batch_of({Request{.command = Command::Version, .server = 2}}).operation(0).server == 2);
  check_malformed({.command = Command::Version, .server = 3});
  check_malformed({.command = Command::Stats, .server = UINT32_MAX});
}

TEST_CASE("an operation is claimed once, and settled once, claimed or not") {
  Batch batch = batch_of(std::vector<Request>(3, set("key", "value")));

  CHECK(batch.claim(0));
  CHECK_FALSE(batch.claim(0));
  CHECK_FALSE(batch.settle_unsent(0));
  CHECK_FALSE(batch.is_settled(0));
  CHECK(batch.settle(0));
  CHECK(batch.is_settled(0));
  CHECK_FALSE(batch.settle(0));

  CHECK(batch.settle_unsent(1));
  CHECK(batch.is_settled(1));
  CHECK_FALSE(batch.claim(1));
  CHECK_FALSE(batch.settle(1));
  CHECK_FALSE(batch.settle_unsent(1));

  CHECK(batch.settle(2));  // by the watchdog, before its connection got to it
  CHECK_FALSE(batch.claim(2));
}

TEST_CASE("threads that race for operations settle each of them exactly once") {
  constexpr std::size_t kOperations = 2000;
  constexpr std::size_t kThreads = 4;
  Batch batch = batch_of(std::vector<Request>(kOperations, {.key = "key"}));
  std::array<std::atomic<int>, kOperations> claimed{};
  std::array<std::atomic<int>, kOperations> settled{};
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, connection = thread % 2 == 0] {
      start.arrive_and_wait();
      for (std::size_t i = 0; i < kOperations; ++i) {
        if (connection) {
          claimed[i] += batch.claim(i) ? 1 : 0;
          settled[i] += batch.settle(i) ? 1 : 0;
        } else {
          settled[i] += batch.settle_unsent(i) ? 1 : 0;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < kOperations; ++i) {
    CHECK(settled[i] == 1);
    CHECK(claimed[i] <= 1);
    CHECK(batch.is_settled(i));
  }
}

}  // namespace cache
