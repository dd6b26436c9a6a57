#include "routing/placement/dalli.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "routing/placement/server_names.h"
#include "routing/placement/sha1.h"

namespace cache {
namespace {

constexpr std::uint64_t kPointsPerServer = 160;

std::vector<RingPoint> points_as_dalli_has_them(const std::vector<Server>& servers) {
  std::uint64_t total_weight = 0;
  for (const Server& server : servers) total_weight += server.weight;
  check_point_count(servers.size() * kPointsPerServer);
  std::vector<RingPoint> points;
  for (std::uint32_t index = 0; index < servers.size(); ++index) {
    const std::string name = plain_name(servers[index]) + ":";
    // Whole numbers up to here: the one division in double precision is dalli's.
    const auto share =
        static_cast<double>(servers.size() * kPointsPerServer * servers[index].weight);
    const auto count = static_cast<std::uint32_t>(share / static_cast<double>(total_weight));
    for (std::uint32_t i = 0; i < count; ++i) {
      points.push_back({sha1_start(name + std::to_string(i)), index});
    }
  }
  std::ranges::stable_sort(points, {}, &RingPoint::value);
  return points;
}

}  // namespace

std::vector<RingPoint> dalli_points(const std::vector<Server>& servers) {
  std::vector<RingPoint> points = points_as_dalli_has_them(servers);
  const std::uint32_t first = points.front().value;
  for (std::size_t at = 0; at < points.size(); ++at) {
    points[at].value = (at + 1 < points.size() ? points[at + 1].value : first) - 1;
  }
  return points;
}

}  // namespace cache
