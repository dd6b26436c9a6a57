// What libmemcached does not survive about the number of servers.
#pragma once

#include <libmemcached-1.0/memcached.h>

#include <cstddef>

namespace cache {

// With one server more on a ring of points libmemcached aborts the process: assertions are on in
// the packages (H15).
inline constexpr std::size_t kMaxRingServers = 100;

// Does the distribution place keys on a ring of points?
bool is_consistent(memcached_server_distribution_t distribution);

// Throws RingError for no server (H53), or for more than kMaxRingServers on a consistent ring. To
// be asked before libmemcached sees the servers.
void check_server_count(std::size_t servers, bool consistent);

}  // namespace cache
