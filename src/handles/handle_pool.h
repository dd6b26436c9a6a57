// libmemcached's pool of handles, each of one server.
#pragma once

#include <libmemcached-1.0/memcached.h>

#include <memory>

#include "engine/config.h"
#include "handles/system_libraries.h"

namespace cache {

struct HandleDeleter {
  void operator()(memcached_st* handle) const { memcached_free(handle); }
};
using OwnedHandle = std::unique_ptr<memcached_st, HandleDeleter>;

// A connection pops a handle when its thread starts and pushes it back, disconnected, when the
// thread ends: the pool does not clean a handle in between (H33), so none changes hands with
// replies outstanding. Handles have behaviours but no server yet: a connection adds the address it
// resolved. Cloning, which loses a ring (H34), is harmless here: one server has no ring.
// Any thread.
class HandlePool {
 public:
  // Throws std::invalid_argument for a behaviour the installed library refuses, UnsupportedError
  // without libmemcachedutil.
  explicit HandlePool(const Transport& transport);
  ~HandlePool();
  HandlePool(const HandlePool&) = delete;
  HandlePool& operator=(const HandlePool&) = delete;

  class Lease;
  // Throws std::bad_alloc.
  Lease pop();

 private:
  struct PoolDeleter {
    void operator()(memcached_pool_st* pool) const { pool_library().destroy(pool); }
  };
  OwnedHandle master_;  // outlives the pool, which keeps a pointer to it
  std::unique_ptr<memcached_pool_st, PoolDeleter> pool_;
};

class HandlePool::Lease {
 public:
  Lease(memcached_pool_st& pool, memcached_st& handle) : handle_(&handle, Push{&pool}) {}
  memcached_st* get() const { return handle_.get(); }

 private:
  struct Push {
    memcached_pool_st* pool;
    void operator()(memcached_st* handle) const { pool_library().push(pool, handle); }
  };
  std::unique_ptr<memcached_st, Push> handle_;
};

}  // namespace cache
