// The remainder of the key's hash by the number of servers.
#pragma once

#include <memory>
#include <vector>

#include "routing/placement/placement.h"

namespace cache {

// Weights are not read. (memjs, spymemcached)
std::unique_ptr<Placement> plain_remainder(KeyHash hash, const std::vector<Server>& servers);

// A server counts as often as its weight says. (python-memcached, Cache::Memcached, npm memcache's
// ModulaHash)
std::unique_ptr<Placement> weighted_remainder(KeyHash hash, const std::vector<Server>& servers);

}  // namespace cache
