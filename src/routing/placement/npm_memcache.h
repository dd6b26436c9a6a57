#pragma once

#include <vector>

#include "engine/config.h"
#include "routing/circle.h"

namespace cache {

// npm memcache's KetamaHash: 50 points for each unit of a server's weight.
std::vector<RingPoint> npm_memcache_points(const std::vector<Server>& servers);

}  // namespace cache
