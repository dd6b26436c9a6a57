#include "routing/router.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

#include "routing/support.h"

namespace cache {
namespace {

const Ring kModula{.hash = "md5", .ketama = Ketama::Off};
const Ring kWeighted{.ketama = Ketama::Weighted};
const Ring kUnweighted{.ketama = Ketama::Unweighted};

}  // namespace

TEST_CASE("modula is the hash modulo the number of servers") {
  for (const char* hash : {"default", "md5", "crc", "murmur3"}) {
    const Router router(servers_of(5), {.hash = hash, .ketama = Ketama::Off});
    for (const std::string& key : keys_of(500)) {
      CHECK(router.server_of(key) == hash_of(hash, key) % 5);
    }
  }
}

TEST_CASE("modula ignores weights, and gives a server listed twice two shares") {
  const std::vector<Server> weighted{tcp("a"), tcp("b", 11211, 9), tcp("c")};
  CHECK(places_on(weighted, kModula) == places_on(servers_of(3), kModula));

  const Router twice({tcp("a"), tcp("b"), tcp("b")}, kModula);
  REQUIRE(twice.servers().size() == 3);
  const auto hosts = hosts_on(twice);
  CHECK(std::ranges::count(hosts, "b") > std::ranges::count(hosts, "a"));
}

TEST_CASE("one server is index 0 whatever the rest") {
  for (const Ring& ring : {kModula, kWeighted, kUnweighted}) {
    CHECK(places_on(servers_of(1), ring) == std::vector<std::uint32_t>(500, 0));
  }
}

TEST_CASE("exactly the bytes given are hashed, NUL and high bytes too") {
  using namespace std::string_view_literals;
  const Router router(servers_of(100), kModula);
  for (const auto key : {"a\0b"sv, "a\0c"sv, "caf\xc3\xa9"sv, "\xff\xfe"sv}) {
    CHECK(router.server_of(key) == hash_of("md5", key) % 100);
  }
}

TEST_CASE("sorted hosts make modula independent of the order of the list") {
  const Ring sorted{.hash = "md5", .ketama = Ketama::Off, .sort_hosts = true};
  const std::vector<Server> given{tcp("c", 11211, 3), tcp("a", 11212, 2), tcp("b"),
                                  tcp("a", 9999, 4)};
  std::vector<Server> reversed(given.rbegin(), given.rend());

  const Router router(given, sorted);
  // By name, then by the number of the port; each with the weight it was given.
  CHECK(router.servers() ==
        std::vector<Server>{tcp("a", 9999, 4), tcp("a", 11212, 2), tcp("b"), tcp("c", 11211, 3)});
  CHECK(hosts_on(router) == hosts_on(Router(reversed, sorted)));
  CHECK(hosts_on(Router(given, kModula)) != hosts_on(Router(reversed, kModula)));
}

TEST_CASE("KETAMA_WEIGHTED takes the hash to md5, and modula after it keeps that") {
  const Ring modula_after{.distribution = "modula", .ketama = Ketama::Weighted};
  CHECK(places_on(servers_of(5), modula_after) == places_on(servers_of(5), kModula));
}

TEST_CASE("no server is refused") {
  const std::string message = "servers must hold at least one server, got none";
  CHECK(ring_error_of([] { Router({}, kModula); }) == message);
  CHECK(ring_error_of([] { Router({}, kWeighted); }) == message);
}

TEST_CASE("[slow] the server after the hundredth is refused on a consistent ring, not on others") {
  const std::string message = "servers must be at most 100 on a consistent ring, got 101";
  for (const char* distribution :
       {"consistent", "consistent-ketama", "consistent-ketama-spy", "consistent-weighted"}) {
    const Ring ring{.distribution = distribution, .ketama = Ketama::Off};
    CHECK(ring_error_of([&] { Router(servers_of(101), ring); }) == message);
    CHECK(Router(servers_of(100), ring).servers().size() == 100);
  }
  CHECK(ring_error_of([] { Router(servers_of(101), kWeighted); }) == message);
  CHECK(ring_error_of([] { Router(servers_of(101), kUnweighted); }) == message);

  const auto places = places_on(servers_of(101), kModula);
  CHECK(std::ranges::max(places) == 100);
}

TEST_CASE("a host that libmemcached would read as another is refused") {
  CHECK(contains(ring_error_of([] { Router({tcp("")}, kModula); }), "got 0 bytes"));
  CHECK(contains(ring_error_of([] { Router({tcp(std::string("a\0b", 3))}, kModula); }),
                 "without NUL bytes"));
  CHECK(contains(ring_error_of([] { Router({tcp(std::string(2000, 'h'))}, kModula); }),
                 "INVALID ARGUMENTS"));
}

TEST_CASE("a message holds no address and no source path") {
  const auto message = ring_error_of([] { Router({tcp(std::string(2000, 'h'))}, kModula); });
  CHECK_FALSE(contains(message, "0x"));
  CHECK_FALSE(contains(message, ".cc"));
}

TEST_CASE("virtual buckets map the low bits of the hash") {
  const std::vector<std::uint32_t> buckets{2, 0, 1, 4, 3, 1, 0, 2};
  const Ring ring{
      .hash = "crc", .distribution = "virtual-bucket", .ketama = Ketama::Off, .buckets = buckets};
  const Router router(servers_of(5), ring);
  for (const std::string& key : keys_of(500)) {
    CHECK(router.server_of(key) == buckets[hash_of("crc", key) & 7U]);
  }
}

TEST_CASE("buckets that libmemcached would read outside of are refused") {
  const auto error_of = [](std::vector<std::uint32_t> buckets) {
    Ring ring{.distribution = "virtual-bucket", .ketama = Ketama::Off};
    ring.buckets = std::move(buckets);
    return ring_error_of([&] { Router(servers_of(3), ring); });
  };
  CHECK(error_of({}) == "buckets must be a power of two many, got 0");
  CHECK(error_of({0, 1, 2}) == "buckets must be a power of two many, got 3");
  CHECK(error_of({0, 1, 2, 3}) == "buckets must hold indices of servers from 0 to 2, got 3");

  const Ring without_distribution{.ketama = Ketama::Off, .buckets = {0, 1}};
  CHECK(ring_error_of([&] { Router(servers_of(3), without_distribution); }) ==
        "buckets must come with distribution 'virtual-bucket'");
}

TEST_CASE("many threads ask one router and agree") {
  const Router router(servers_of(50), kWeighted);
  const auto expected = places_on(router);
  std::array<std::vector<std::uint32_t>, 4> seen;
  std::vector<std::thread> threads;
  threads.reserve(seen.size());
  for (auto& places : seen) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) places = places_on(router);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& places : seen) CHECK(places == expected);
}

}  // namespace cache
