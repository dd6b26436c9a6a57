// Rings of md5 points, four of each digest, as libketama has them.
#pragma once

#include <vector>

#include "engine/config.h"
#include "routing/circle.h"

namespace cache {

// hashring, in npm memcached: the shares of weights in double precision where libmemcached has
// single, so the two rings differ at some numbers of servers.
std::vector<RingPoint> hashring_points(const std::vector<Server>& servers);

// spymemcached's KetamaNodeLocator with KETAMA_HASH: its formats of a server's name.
std::vector<RingPoint> spymemcached_points(const std::vector<Server>& servers);
std::vector<RingPoint> spymemcached_libmemcached_points(const std::vector<Server>& servers);

}  // namespace cache
