// The rules of clients that are not built on libmemcached, and how a router asks them.
#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <thread>

#include "routing/placement/key_hashes.h"
#include "routing/placement_support.h"

namespace cache {
namespace {

// The owner of a hash, looked for point by point.
std::uint32_t owner_on(const std::vector<RingPoint>& points, std::uint32_t hash) {
  for (const RingPoint& point : points) {
    if (point.value >= hash) return point.server;
  }
  return points.front().server;
}

std::size_t points_of_server(const Router& router, std::uint32_t server) {
  const auto points = router.points();
  return static_cast<std::size_t>(std::ranges::count(points, server, &RingPoint::server));
}

}  // namespace

TEST_CASE("every placement answers a server that is there, and 0 where there is one") {
  for (const std::string& placement : placements()) {
    CAPTURE(placement);
    for (const std::size_t count : {1, 2, 3, 56, 150}) {
      const auto places = places_on(weighted_servers_of(count), placed_by(placement));
      CHECK(std::ranges::max(places) < count);
    }
    CHECK(places_on({tcp("alone")}, placed_by(placement)) == std::vector<std::uint32_t>(500, 0));
  }
}

TEST_CASE("a name that is none is refused") {
  CHECK(ring_error_of([] { Router(servers_of(2), placed_by("dali")); }) ==
        "placement must be known, got 'dali'");
}

TEST_CASE("a circle has ascending points that say where a key goes, a remainder has none") {
  for (const std::string& placement : placements()) {
    CAPTURE(placement);
    const Router router(weighted_servers_of(7), placed_by(placement));
    const auto points = router.points();
    CHECK(std::ranges::is_sorted(points, {}, &RingPoint::value));
    if (points.empty()) continue;
    for (const std::string& key : keys_of(300)) {
      CHECK(router.server_of(key) == owner_on(points, hash_of(placement, key)));
    }
  }
  for (const char* none : {"cache-memcached", "memcache-modula", "memjs", "pymemcache",
                           "python-memcached", "spymemcached"}) {
    CHECK(Router(servers_of(3), placed_by(none)).points().empty());
  }
}

TEST_CASE("libmemcached's rings give the points of their continuum, modula none") {
  const Ring md5_weighted{.ketama = Ketama::Weighted};
  const Ring unweighted{.ketama = Ketama::Unweighted};
  const Ring spy{.hash = "md5", .distribution = "consistent-ketama-spy", .ketama = Ketama::Off};
  for (const auto& [ring, hash] :
       {std::pair{md5_weighted, "md5"}, std::pair{unweighted, "default"}, std::pair{spy, "md5"}}) {
    const Router router(weighted_servers_of(7), ring);
    const auto points = router.points();
    REQUIRE_FALSE(points.empty());
    CHECK(std::ranges::is_sorted(points, {}, &RingPoint::value));
    for (const std::string& key : keys_of(300)) {
      CHECK(router.server_of(key) == owner_on(points, hash_of(hash, key)));
    }
  }
  CHECK(Router(servers_of(3), {.ketama = Ketama::Off}).points().empty());
}

TEST_CASE("the points of a server follow its weight as the client counts them") {
  const std::vector<Server> two = {tcp("a"), tcp("b", 11211, 3)};
  CHECK(points_of_server(Router(two, placed_by("dalli")), 0) == 80);
  CHECK(points_of_server(Router(two, placed_by("memcached")), 1) == 240);
  CHECK(points_of_server(Router(two, placed_by("spymemcached-ketama")), 1) == 240);
  CHECK(points_of_server(Router(two, placed_by("memcache")), 1) == 150);
  CHECK(points_of_server(Router(two, placed_by("ketama-points")), 1) == 450);
}

TEST_CASE("[slow] hashring, libketama and spymemcached round apart") {
  const Ring libketama{.ketama = Ketama::Weighted};
  for (const std::size_t count : {7, 14, 28, 49, 56, 98}) {
    CHECK(points_of_server(Router(servers_of(count), placed_by("memcached")), 0) == 156);
    CHECK(points_of_server(Router(servers_of(count), libketama), 0) == 160);
  }
  for (const std::size_t count : {25, 47, 50, 55, 61, 71, 94, 100}) {
    CHECK(points_of_server(Router(servers_of(count), placed_by("memcached")), 0) == 160);
    CHECK(points_of_server(Router(servers_of(count), placed_by("spymemcached-ketama")), 0) == 160);
    CHECK(points_of_server(Router(servers_of(count), libketama), 0) == 156);
  }
}

TEST_CASE("a weight makes a server as many entries of a list") {
  const std::vector<Server> weighted = {tcp("a", 11211, 2), tcp("b"), tcp("c", 11211, 4)};
  const std::vector<std::uint32_t> entries = {0, 0, 1, 2, 2, 2, 2};
  for (const char* placement : {"cache-memcached", "memcache-modula", "python-memcached"}) {
    const Router router(weighted, placed_by(placement));
    for (const std::string& key : keys_of(300)) {
      CHECK(router.server_of(key) == entries[hash_of(placement, key) % entries.size()]);
    }
  }
}

TEST_CASE("spymemcached, memjs and pymemcache have no weights") {
  for (const char* placement : {"spymemcached", "memjs", "pymemcache"}) {
    CHECK(places_on(servers_of(7), placed_by(placement)) ==
          places_on(weighted_servers_of(7), placed_by(placement)));
  }
}

TEST_CASE("weights of any size take no memory on a remainder, and are refused on a circle") {
  constexpr auto kLargest = std::numeric_limits<std::uint32_t>::max();
  const std::vector<Server> heavy = {tcp("a", 11211, kLargest), tcp("b", 11211, kLargest)};
  CHECK(Router(heavy, placed_by("python-memcached")).servers().size() == 2);
  CHECK(Router(heavy, placed_by("dalli")).points().size() == 320);
  CHECK(contains(ring_error_of([&] { Router(heavy, placed_by("memcache")); }), "4194304 points"));
  CHECK(contains(ring_error_of([&] { Router(heavy, placed_by("ketama-points")); }), "points"));
}

TEST_CASE("a unix socket is called by its path") {
  const std::vector<Server> sockets = {socket_at("/run/a.sock"), socket_at("/run/b.sock"),
                                       tcp("10.0.0.1")};
  for (const char* placement : {"dalli", "ketama-points", "memcache", "memcached", "pymemcache"}) {
    CAPTURE(placement);
    auto other_path = sockets;
    other_path[1].host = "/run/c.sock";
    CHECK(places_on(sockets, placed_by(placement)) != places_on(other_path, placed_by(placement)));
    auto as_php_spells_it = sockets;
    as_php_spells_it[0].ring_as_host = true;
    CHECK(places_on(sockets, placed_by(placement)) ==
          places_on(as_php_spells_it, placed_by(placement)));
  }
}

TEST_CASE("the default port is left out of names by hashring and LIBMEMCACHED, not by others") {
  const Ring libketama{.ketama = Ketama::Weighted};
  const std::vector<Server> three = servers_of(3);
  CHECK(places_on(three, placed_by("memcached")) == places_on(three, libketama));
  CHECK(places_on(three, placed_by("spymemcached-ketama-libmemcached")) ==
        places_on(three, libketama));
  CHECK(places_on(three, placed_by("spymemcached-ketama")) != places_on(three, libketama));
}

TEST_CASE("SORT_HOSTS sorts the servers of a placement too") {
  const std::vector<Server> given = {tcp("c"), tcp("a"), tcp("b")};
  const std::vector<Server> sorted = {tcp("a"), tcp("b"), tcp("c")};
  for (const std::string& placement : placements()) {
    CAPTURE(placement);
    Ring ring = placed_by(placement);
    ring.sort_hosts = true;
    const Router router(given, ring);
    CHECK(router.servers() == sorted);
    CHECK(places_on(router) == places_on(sorted, placed_by(placement)));
  }
}

TEST_CASE("a server named twice is two entries of a remainder") {
  const std::vector<Server> twice = {tcp("a"), tcp("a"), tcp("b")};
  CHECK(places_on(twice, placed_by("memjs")) == places_on(servers_of(3), placed_by("memjs")));
}

TEST_CASE("many threads ask one placement and agree") {
  for (const std::string& placement : placements()) {
    const Router router(weighted_servers_of(7), placed_by(placement));
    const auto expected = places_on(router);
    std::array<std::vector<std::uint32_t>, 3> seen;
    std::vector<std::thread> threads;
    threads.reserve(seen.size());
    for (auto& places : seen) threads.emplace_back([&] { places = places_on(router); });
    for (std::thread& thread : threads) thread.join();
    for (const auto& places : seen) CHECK(places == expected);
  }
}

TEST_CASE("many servers may share a circle that is not libmemcached's") {
  CHECK(Router(servers_of(300), placed_by("dalli")).points().size() == 48000);
}

}  // namespace cache
