#include "routing/ring_limits.h"

#include <string>

#include "routing/ring_error.h"

namespace cache {

bool is_consistent(memcached_server_distribution_t distribution) {
  switch (distribution) {
    case MEMCACHED_DISTRIBUTION_CONSISTENT:
    case MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA:
    case MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA_SPY:
    case MEMCACHED_DISTRIBUTION_CONSISTENT_WEIGHTED:
      return true;
    default:
      return false;
  }
}

void check_server_count(std::size_t servers, bool consistent) {
  if (servers == 0) throw RingError("servers must hold at least one server, got none");
  if (consistent && servers > kMaxRingServers) {
    throw RingError("servers must be at most " + std::to_string(kMaxRingServers) +
                    " on a consistent ring, got " + std::to_string(servers));
  }
}

}  // namespace cache
