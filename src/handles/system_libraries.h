// What only this engine needs and no system has under the same name, or in the same package, as the
// next. It is looked up when the engine is made, so that the addon loads wherever libmemcached is.
#pragma once

#include <libmemcachedutil-1.0/pool.h>

namespace cache {

// libmemcachedutil, which Debian packages apart from libmemcached.
struct PoolLibrary {
  decltype(&memcached_pool_create) create;
  decltype(&memcached_pool_destroy) destroy;
  decltype(&memcached_pool_pop) pop;
  decltype(&memcached_pool_push) push;
};

// Throws UnsupportedError where it is not installed. Any thread.
const PoolLibrary& pool_library();

// Counts one user more of libsasl2: libsasl2.so.2 on Debian, .so.3 on Fedora, of use only where
// libmemcached brings it. Any thread.
void keep_sasl();

}  // namespace cache
