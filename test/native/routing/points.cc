#include "routing/points.h"

#include <libhashkit-1.0/hashkit.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "routing/router.h"

namespace cache {
namespace {

std::array<unsigned char, 16> md5_of(const std::string& text) {
  std::array<unsigned char, 16> digest{};
  libhashkit_md5_signature(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                           digest.data());
  return digest;
}

std::uint32_t little_endian_at(const std::array<unsigned char, 16>& digest, std::size_t at) {
  return digest[at] | digest[at + 1] << 8U | digest[at + 2] << 16U |
         static_cast<std::uint32_t>(digest[at + 3]) << 24U;
}

std::vector<Point> sorted(std::vector<Point> points) {
  std::ranges::sort(points, {}, [](const Point& at) { return std::pair(at.value, at.server); });
  return points;
}

}  // namespace

std::string point_name(const Server& server) {
  return server.port == 11211 ? server.host : server.host + ":" + std::to_string(server.port);
}

std::vector<Point> unweighted_points(const std::vector<std::string>& names,
                                     const std::string& hash) {
  std::vector<Point> points;
  for (std::uint32_t server = 0; server < names.size(); ++server) {
    for (int i = 0; i < 100; ++i) {
      points.push_back({hash_of(hash, names[server] + "-" + std::to_string(i)), server});
    }
  }
  return sorted(std::move(points));
}

std::vector<Point> weighted_points(const std::vector<std::string>& names,
                                   const std::vector<std::uint32_t>& weights) {
  const auto total = static_cast<float>(std::accumulate(weights.begin(), weights.end(), 0U));
  const auto servers = static_cast<float>(names.size());
  std::vector<Point> points;
  for (std::uint32_t server = 0; server < names.size(); ++server) {
    const float share = static_cast<float>(weights[server]) / total;
    const int digests = static_cast<int>(std::floor(share * 40 * servers));
    for (int i = 0; i < digests; ++i) {
      const auto digest = md5_of(names[server] + "-" + std::to_string(i));
      for (std::size_t at = 0; at < digest.size(); at += 4) {
        points.push_back({little_endian_at(digest, at), server});
      }
    }
  }
  return sorted(std::move(points));
}

std::uint32_t owner_of(const std::vector<Point>& points, std::uint32_t hash) {
  const auto next = std::ranges::lower_bound(points, hash, {}, &Point::value);
  return next == points.end() ? points.front().server : next->server;
}

}  // namespace cache
