// Ports of 127.0.0.1 for the servers of tests.
#pragma once

#include <cstdint>

#include "engine/config.h"
#include "support/file_descriptor.h"

namespace cache {

struct BoundPort {
  FileDescriptor socket;
  std::uint16_t port = 0;
};

// A socket bound to a free port, below the ports that the kernel gives to outgoing connections: a
// client that reconnects to a server that has gone could be given that server's port for its own
// end, and be connected to itself.
BoundPort bind_to_free_port();

inline Server loopback(std::uint16_t port) { return {.host = "127.0.0.1", .port = port}; }

// Nobody listens there.
inline Server server_that_is_not_there() { return loopback(bind_to_free_port().port); }

}  // namespace cache
