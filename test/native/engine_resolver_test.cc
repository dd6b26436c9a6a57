#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <thread>

#include "engine/resolver.h"
#include "support/eventually.h"

namespace cache {
namespace {

Deadline in_time() { return Clock::now() + kPatience; }

// A label may have 63 bytes, so that this name is refused without asking anybody.
const std::string kUnknown = std::string(64, 'x') + ".example.com";

bool contains(const std::vector<std::string>& addresses, const std::string& address) {
  return std::ranges::count(addresses, address) > 0;
}

}  // namespace

TEST_CASE("an IP literal is its own address, whatever the time") {
  Resolver resolver;
  for (const std::string literal : {"127.0.0.1", "10.1.2.3", "::1", "fd00::7"}) {
    CHECK(resolver.resolve(literal, Clock::now() - std::chrono::seconds(1)) ==
          std::vector{literal});
    CHECK(resolver.is_current(literal, literal));
  }
}

TEST_CASE("localhost resolves, and is then known without waiting") {
  Resolver resolver;
  const auto addresses = resolver.resolve("localhost", in_time());
  CHECK(contains(addresses, "127.0.0.1"));
  CHECK(resolver.resolve("localhost", Clock::now() - std::chrono::seconds(1)) == addresses);
}

TEST_CASE("who does not wait is told what is known, and what becomes known later") {
  Resolver resolver;
  CHECK(resolver.known("127.0.0.1") == std::vector<std::string>{"127.0.0.1"});
  CHECK(eventually([&] { return contains(resolver.known("localhost"), "127.0.0.1"); }));
  CHECK(resolver.known(kUnknown).empty());
  resolver.resolve(kUnknown, in_time());  // waits for the lookup that the line above has started
}

TEST_CASE("a name that is none resolves to nothing, each time it is asked for") {
  Resolver resolver;
  CHECK(resolver.resolve(kUnknown, in_time()).empty());
  CHECK(resolver.resolve(kUnknown, in_time()).empty());
}

TEST_CASE("who has no time gets nothing, and the lookup goes on for the next") {
  Resolver resolver;
  resolver.resolve("localhost", Clock::now() - std::chrono::seconds(1));
  CHECK(eventually(
      [&] { return contains(resolver.resolve("localhost", Clock::now()), "127.0.0.1"); }));
}

TEST_CASE("an address is current while its host has it") {
  Resolver resolver;
  resolver.resolve("localhost", in_time());
  CHECK(resolver.is_current("localhost", "127.0.0.1"));
  CHECK_FALSE(resolver.is_current("localhost", "10.99.99.99"));
}

TEST_CASE("an address is not given up for a name that does not resolve") {
  Resolver resolver;
  CHECK(resolver.is_current(kUnknown, "10.99.99.99"));
  CHECK(resolver.resolve(kUnknown, in_time()).empty());
  CHECK(resolver.is_current(kUnknown, "10.99.99.99"));
  resolver.resolve(kUnknown, in_time());  // waits for the lookup that the line above has started
}

TEST_CASE("many threads ask for one name and get the same") {
  Resolver resolver;
  std::array<std::vector<std::string>, 4> found;
  std::vector<std::thread> threads;
  for (auto& addresses : found) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) addresses = resolver.resolve("localhost", in_time());
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& addresses : found) {
    CHECK_FALSE(addresses.empty());
    CHECK(addresses == found[0]);
  }
}

}  // namespace cache
