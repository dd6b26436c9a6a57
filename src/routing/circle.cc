#include "routing/circle.h"

#include <algorithm>
#include <string>
#include <utility>

#include "routing/ring_error.h"

namespace cache {
namespace {

constexpr std::uint64_t kMostPoints = std::uint64_t{1} << 22U;  // 32 MiB

}  // namespace

Circle::Circle(std::vector<RingPoint> points) : points_(std::move(points)) {
  std::ranges::stable_sort(points_, {}, &RingPoint::value);
}

std::uint32_t Circle::server_at(std::uint32_t hash) const {
  const auto next = std::ranges::lower_bound(points_, hash, {}, &RingPoint::value);
  return next == points_.end() ? points_.front().server : next->server;
}

void check_point_count(std::uint64_t points) {
  if (points <= kMostPoints) return;
  throw RingError("weights of servers must give the ring at most " + std::to_string(kMostPoints) +
                  " points, got " + std::to_string(points));
}

}  // namespace cache
