// The ring of points as libmemcached's documentation has it, written a second time to test the
// first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config.h"

namespace cache {

struct Point {
  std::uint32_t value;
  std::uint32_t server;
};

// What the points of a TCP server are named by: the port 11211 is left out.
std::string point_name(const Server& server);

// 100 points for each name, by the hash of "name-0" to "name-99".
std::vector<Point> unweighted_points(const std::vector<std::string>& names,
                                     const std::string& hash);

// 160 points on average, four of each md5 of "name-i", by weight in single precision.
std::vector<Point> weighted_points(const std::vector<std::string>& names,
                                   const std::vector<std::uint32_t>& weights);

// The server of the first point at or after the hash; past the last point, that of the first.
std::uint32_t owner_of(const std::vector<Point>& points, std::uint32_t hash);

}  // namespace cache
