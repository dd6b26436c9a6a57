// Rings of points, against the same ring written a second time (points.h).
#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "routing/points.h"
#include "routing/support.h"

namespace cache {
namespace {

const Ring kWeighted{.ketama = Ketama::Weighted};
const Ring kUnweighted{.ketama = Ketama::Unweighted};
const Ring kSpy{.distribution = "consistent-ketama-spy", .ketama = Ketama::Off};

const std::vector<Server> kMixed{tcp("cache-a.example.com"), tcp("cache-b.example.com", 11212),
                                 tcp("10.1.2.3", 21211), tcp("fd00::7"), tcp("fd00::7", 11212)};
const std::vector<Server> kWeights{tcp("10.1.0.1"), tcp("10.1.0.2", 11211, 3),
                                   tcp("10.1.0.3", 11212, 2), tcp("10.1.0.4", 11211, 10)};

std::vector<std::string> names_of(const std::vector<Server>& servers) {
  std::vector<std::string> names;
  std::ranges::transform(servers, std::back_inserter(names), point_name);
  return names;
}

std::vector<std::uint32_t> weights_of(const std::vector<Server>& servers) {
  std::vector<std::uint32_t> weights;
  std::ranges::transform(servers, std::back_inserter(weights), &Server::weight);
  return weights;
}

std::vector<std::uint32_t> owners_on(const std::vector<Point>& points, const std::string& hash) {
  std::vector<std::uint32_t> owners;
  for (const std::string& key : keys_of(500))
    owners.push_back(owner_of(points, hash_of(hash, key)));
  return owners;
}

std::vector<Server> without_weights(std::vector<Server> servers) {
  for (Server& server : servers) server.weight = 1;
  return servers;
}

}  // namespace

TEST_CASE("KETAMA has 100 points a server by the key hash, and is not libketama") {
  for (const char* hash : {"default", "md5", "fnv1a_32", "murmur3"}) {
    const Ring ring{.hash = hash, .ketama = Ketama::Unweighted};
    CHECK(places_on(kMixed, ring) == owners_on(unweighted_points(names_of(kMixed), hash), hash));
  }
  CHECK(places_on(kMixed, {.hash = "md5", .ketama = Ketama::Unweighted}) !=
        places_on(kMixed, kWeighted));
}

TEST_CASE("KETAMA, CONSISTENT and CONSISTENT_KETAMA are one ring") {
  const auto ketama = places_on(kMixed, kUnweighted);
  CHECK(places_on(kMixed, {.distribution = "consistent", .ketama = Ketama::Off}) == ketama);
  CHECK(places_on(kMixed, {.distribution = "consistent-ketama", .ketama = Ketama::Off}) == ketama);
}

TEST_CASE("KETAMA_WEIGHTED is libketama: 160 md5 points a server, IPv6 literals without brackets") {
  const auto points = weighted_points(names_of(kMixed), weights_of(kMixed));
  REQUIRE(points.size() == 800);
  CHECK(places_on(kMixed, kWeighted) == owners_on(points, "md5"));
}

TEST_CASE("KETAMA_WEIGHTED shares the points by weight") {
  const auto points = weighted_points(names_of(kWeights), weights_of(kWeights));
  CHECK(places_on(kWeights, kWeighted) == owners_on(points, "md5"));
  CHECK(places_on(kWeights, kWeighted) != places_on(without_weights(kWeights), kWeighted));
}

TEST_CASE("the points of 25 equal servers are 156 each, as single precision rounds them") {
  const auto servers = servers_of(25);
  const auto points = weighted_points(names_of(servers), weights_of(servers));
  REQUIRE(points.size() == 25 * 156);
  CHECK(places_on(servers, kWeighted) == owners_on(points, "md5"));
}

TEST_CASE("a weight under KETAMA turns weighting on but leaves the key hash") {
  const auto points = weighted_points(names_of(kWeights), weights_of(kWeights));
  CHECK(places_on(kWeights, kUnweighted) == owners_on(points, "default"));
  CHECK(places_on(kWeights, kUnweighted) ==
        places_on(kWeights, {.distribution = "consistent-weighted", .ketama = Ketama::Off}));
}

TEST_CASE("a distribution set after KETAMA_WEIGHTED drops its points and keeps its hash") {
  const Ring ring{.distribution = "consistent", .ketama = Ketama::Weighted};
  CHECK(places_on(kMixed, ring) == owners_on(unweighted_points(names_of(kMixed), "md5"), "md5"));
}

TEST_CASE("KETAMA_WEIGHTED overrides a hash given with it") {
  const Ring ring{.hash = "murmur", .ketama = Ketama::Weighted};
  CHECK(places_on(kMixed, ring) == places_on(kMixed, kWeighted));
}

TEST_CASE("the spymemcached distribution names points /host:port, 11211 included") {
  std::vector<std::string> names;
  std::ranges::transform(kMixed, std::back_inserter(names), [](const Server& server) {
    return "/" + server.host + ":" + std::to_string(server.port);
  });
  CHECK(places_on(kMixed, kSpy) == owners_on(unweighted_points(names, "default"), "default"));

  const Ring weighted{.distribution = "consistent-ketama-spy", .ketama = Ketama::Weighted};
  CHECK(places_on(kMixed, weighted) ==
        owners_on(weighted_points(names, weights_of(kMixed)), "md5"));
}

TEST_CASE("a unix socket is two places on the ring, by how it was added") {
  const std::vector<std::string> paths{"/run/a.sock", "/run/b.sock", "/run/c.sock", "/run/d.sock"};
  std::vector<Server> sockets;
  std::ranges::transform(paths, std::back_inserter(sockets), [](const std::string& path) {
    return Server{.host = path, .port = 0, .unix_socket = true};
  });
  std::vector<std::string> paths_with_port;
  std::ranges::transform(paths, std::back_inserter(paths_with_port),
                         [](const std::string& path) { return path + ":0"; });
  const std::vector<std::uint32_t> weights(4, 1);

  CHECK(places_on(sockets, kWeighted) ==
        owners_on(weighted_points(paths_with_port, weights), "md5"));

  for (Server& socket : sockets) socket.ring_as_host = true;
  CHECK(places_on(sockets, kWeighted) == owners_on(weighted_points(paths, weights), "md5"));
  CHECK(Router(sockets, kWeighted).servers() == sockets);
}

TEST_CASE("weights of unix sockets count") {
  std::vector<Server> sockets{{.host = "/run/a.sock", .port = 0, .weight = 1, .unix_socket = true},
                              {.host = "/run/b.sock", .port = 0, .weight = 4, .unix_socket = true}};
  const std::vector<std::string> names{"/run/a.sock:0", "/run/b.sock:0"};
  CHECK(places_on(sockets, kWeighted) == owners_on(weighted_points(names, {1, 4}), "md5"));
}

TEST_CASE("the ring does not depend on the order of the list") {
  const std::vector<Server> reversed(kWeights.rbegin(), kWeights.rend());
  CHECK(hosts_on(Router(kWeights, kWeighted)) == hosts_on(Router(reversed, kWeighted)));
  CHECK(places_on(kWeights, kWeighted) != places_on(reversed, kWeighted));
}

TEST_CASE("names are neither lowercased nor resolved") {
  const std::vector<Server> names{tcp("localhost", 23001), tcp("localhost", 23002)};
  const std::vector<Server> capitals{tcp("LOCALHOST", 23001), tcp("LOCALHOST", 23002)};
  const std::vector<Server> literals{tcp("127.0.0.1", 23001), tcp("127.0.0.1", 23002)};
  CHECK(places_on(names, kWeighted) != places_on(capitals, kWeighted));
  CHECK(places_on(names, kWeighted) != places_on(literals, kWeighted));
}

TEST_CASE("a key past the last point goes to the server of the first") {
  // libmemcached's own fixture: the highest hash of its list of keys.
  const std::string key = "VDEAAAAA";
  REQUIRE(hash_of("md5", key) == 4294758837U);
  const std::vector<Server> servers{tcp("10.0.1.1", 11211, 600),  tcp("10.0.1.2", 11211, 300),
                                    tcp("10.0.1.3", 11211, 200),  tcp("10.0.1.4", 11211, 350),
                                    tcp("10.0.1.5", 11211, 1000), tcp("10.0.1.6", 11211, 800),
                                    tcp("10.0.1.7", 11211, 950),  tcp("10.0.1.8", 11211, 100)};
  const auto points = weighted_points(names_of(servers), weights_of(servers));
  REQUIRE(points.back().value < hash_of("md5", key));
  CHECK(Router(servers, kWeighted).server_of(key) == points.front().server);
}

}  // namespace cache
