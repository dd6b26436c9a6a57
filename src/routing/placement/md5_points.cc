#include "routing/placement/md5_points.h"

#include <libhashkit-1.0/hashkit.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "routing/placement/server_names.h"

namespace cache {
namespace {

constexpr std::uint16_t kDefaultPort = 11211;
constexpr std::uint32_t kDigests = 40;  // of a server of average weight
constexpr std::size_t kPointBytes = 4;

std::uint64_t total_weight(const std::vector<Server>& servers) {
  std::uint64_t total = 0;
  for (const Server& server : servers) total += server.weight;
  return total;
}

// The points of the digests of "name-0", "name-1" and so on.
void append_points(std::vector<RingPoint>& points, const std::string& name, std::uint32_t digests,
                   std::uint32_t server) {
  for (std::uint32_t i = 0; i < digests; ++i) {
    const std::string text = name + "-" + std::to_string(i);
    std::array<unsigned char, 16> digest{};
    libhashkit_md5_signature(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                             digest.data());
    for (std::size_t at = 0; at < digest.size(); at += kPointBytes) {
      std::uint32_t value = 0;
      for (std::size_t byte = kPointBytes; byte > 0; --byte) {
        value = value << 8U | digest[at + byte - 1];
      }
      points.push_back({value, server});
    }
  }
}

template <typename NameOf, typename DigestsOf>
std::vector<RingPoint> points_of(const std::vector<Server>& servers, NameOf name_of,
                                 DigestsOf digests_of) {
  check_point_count(std::uint64_t{servers.size()} * kDigests * kPointBytes);
  std::vector<RingPoint> points;
  for (std::uint32_t index = 0; index < servers.size(); ++index) {
    append_points(points, name_of(servers[index]), digests_of(servers[index]), index);
  }
  return points;
}

// Without the port that a name without one stands for.
std::string short_name(const Server& server) {
  return server.port == kDefaultPort ? server.host : plain_name(server);
}

// hashring cuts a name at its first colon, so it sees no port in an IPv6 literal's.
std::string hashring_name(const Server& server) {
  return is_ipv6(server) ? plain_name(server) : short_name(server);
}

// Single precision, as Java computes it. A ring without weights is not rounded.
std::uint32_t spymemcached_digests(const Server& server, std::uint64_t total, std::size_t servers) {
  const float share = static_cast<float>(server.weight) / static_cast<float>(total);
  const float digests =
      share * (kDigests * kPointBytes) / kPointBytes * static_cast<float>(servers);
  return static_cast<std::uint32_t>(std::floor(static_cast<float>(digests + 0.0000000001)));
}

template <typename NameOf>
std::vector<RingPoint> locator_points(const std::vector<Server>& servers, NameOf name_of) {
  const std::uint64_t total = total_weight(servers);
  const bool weighted = total != servers.size();
  auto points = points_of(servers, name_of, [&](const Server& server) {
    return weighted ? spymemcached_digests(server, total, servers.size()) : kDigests;
  });
  // Its map keeps the last server that a point was given to.
  std::ranges::reverse(points);
  return points;
}

}  // namespace

std::vector<RingPoint> hashring_points(const std::vector<Server>& servers) {
  const auto total = static_cast<double>(total_weight(servers));
  return points_of(servers, hashring_name, [&](const Server& server) {
    const double share = server.weight / total;
    return static_cast<std::uint32_t>(
        std::floor(share * kDigests * static_cast<double>(servers.size())));
  });
}

std::vector<RingPoint> spymemcached_points(const std::vector<Server>& servers) {
  return locator_points(servers, plain_name);
}

std::vector<RingPoint> spymemcached_libmemcached_points(const std::vector<Server>& servers) {
  return locator_points(servers, short_name);
}

}  // namespace cache
