// What the tests of placements say again and again.
#pragma once

#include <string>
#include <vector>

#include "routing/support.h"

namespace cache {

inline Ring placed_by(const std::string& placement) {
  Ring ring{.ketama = Ketama::Off};
  ring.placement = placement;
  if (placement == "ketama-points") ring.ketama_points = 150;
  return ring;
}

inline Server socket_at(const std::string& path, std::uint32_t weight = 1) {
  return {.host = path, .port = 0, .weight = weight, .unix_socket = true};
}

// servers_of with the weights 1 to 5, over and over.
inline std::vector<Server> weighted_servers_of(std::size_t count) {
  std::vector<Server> servers = servers_of(count);
  for (std::size_t i = 0; i < count; ++i) servers[i].weight = static_cast<std::uint32_t>(1 + i % 5);
  return servers;
}

inline const std::vector<std::string>& placements() {
  static const std::vector<std::string> names = {"cache-memcached",
                                                 "dalli",
                                                 "ketama-points",
                                                 "memcache",
                                                 "memcache-modula",
                                                 "memcached",
                                                 "memjs",
                                                 "pymemcache",
                                                 "python-memcached",
                                                 "spymemcached",
                                                 "spymemcached-ketama",
                                                 "spymemcached-ketama-libmemcached"};
  return names;
}

}  // namespace cache
