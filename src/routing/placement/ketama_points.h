#pragma once

#include <cstdint>
#include <vector>

#include "engine/config.h"
#include "routing/circle.h"

namespace cache {

// Cache::Memcached::Fast with `ketama_points`, so many for each unit of a server's weight: each
// point is the CRC-32 of host, port and the point before.
std::vector<RingPoint> ketama_points(const std::vector<Server>& servers,
                                     std::uint32_t points_per_weight);

}  // namespace cache
