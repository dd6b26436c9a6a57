#pragma once

#include <vector>

#include "engine/config.h"
#include "routing/circle.h"

namespace cache {

// dalli's ring: points of the SHA-1 of "name:i", 160 for a server of average weight. There a key
// goes to the last point up to its hash. Here, as on every circle, to the first one from its hash
// on, so a point stands where the stretch of keys behind dalli's point ends.
std::vector<RingPoint> dalli_points(const std::vector<Server>& servers);

}  // namespace cache
