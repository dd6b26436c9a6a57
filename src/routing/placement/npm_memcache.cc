#include "routing/placement/npm_memcache.h"

#include <cstdint>
#include <string>

#include "routing/placement/key_hashes.h"
#include "routing/placement/server_names.h"

namespace cache {
namespace {

constexpr std::uint64_t kPointsPerWeight = 50;

std::string npm_name(const Server& server) {
  if (!is_ipv6(server)) return plain_name(server);
  return "[" + server.host + "]:" + std::to_string(server.port);
}

}  // namespace

// Its points are signed. As unsigned numbers they follow each other in the same order around the
// circle.
std::vector<RingPoint> npm_memcache_points(const std::vector<Server>& servers) {
  std::vector<RingPoint> points;
  for (std::uint32_t index = 0; index < servers.size(); ++index) {
    const std::string name = npm_name(servers[index]) + '\0';
    const std::uint64_t count = kPointsPerWeight * servers[index].weight;
    check_point_count(points.size() + count);
    for (std::uint64_t i = count; i > 0; --i) {
      points.push_back({npm_memcache_hash(name + std::to_string(i)), index});
    }
  }
  return points;
}

}  // namespace cache
