// Points on the circle of 32-bit hashes, each with the server of the keys before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cache {

struct RingPoint {
  std::uint32_t value;
  std::uint32_t server;  // index

  bool operator==(const RingPoint&) const = default;
};

class Circle {
 public:
  // At least one point. Of points with one value the first given gets the keys.
  explicit Circle(std::vector<RingPoint> points);

  // The server of the first point at or after `hash`; past the last point, that of the first.
  std::uint32_t server_at(std::uint32_t hash) const;

  // Ascending.
  const std::vector<RingPoint>& points() const { return points_; }

 private:
  std::vector<RingPoint> points_;
};

// Weights multiply points: throws RingError for so many that they would fill the memory.
void check_point_count(std::uint64_t points);

}  // namespace cache
