// What other clients call a server on their rings.
#pragma once

#include <string>

#include "engine/config.h"

namespace cache {

// "host:port", an IPv6 literal without brackets; a unix socket's path. (dalli, pymemcache)
inline std::string plain_name(const Server& server) {
  return server.unix_socket ? server.host : server.host + ":" + std::to_string(server.port);
}

inline bool is_ipv6(const Server& server) {
  return !server.unix_socket && server.host.find(':') != std::string::npos;
}

}  // namespace cache
