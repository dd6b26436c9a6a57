// The names of the options `hash` and `distribution`, as libmemcached's constants.
#pragma once

#include <libmemcached-1.0/memcached.h>

#include <string_view>

namespace cache {

// Throws RingError for a name that is none, UnsupportedError for one that the installed
// libmemcached was built without.
memcached_hash_t hash_named(std::string_view name);

// Throws RingError for a name that is none. There is no "random": nothing could be read back.
memcached_server_distribution_t distribution_named(std::string_view name);

}  // namespace cache
