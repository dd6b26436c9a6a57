// An engine and the private memcached it talks to.
#pragma once

#include "support/client.h"
#include "support/engines.h"
#include "support/memcached_process.h"

namespace cache {

struct RealServer {
  explicit RealServer(Protocol protocol, Listen listen = Listen::Port,
                      std::uint32_t connections = 4)
      : memcached(listen), engine(config_of(memcached.server(), protocol, connections)) {}

  MemcachedProcess memcached;
  HandlesEngine engine;
};

}  // namespace cache
