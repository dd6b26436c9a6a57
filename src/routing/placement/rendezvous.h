// The highest score of a server's name and the key together.
#pragma once

#include <memory>
#include <vector>

#include "routing/placement/placement.h"

namespace cache {

// pymemcache's HashClient: Murmur3 of "name-key". Weights are not read.
std::unique_ptr<Placement> rendezvous(const std::vector<Server>& servers);

}  // namespace cache
