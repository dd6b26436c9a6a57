// Engines for the servers of tests.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "engine/config.h"
#include "handles/handles_engine.h"

namespace cache {

inline constexpr std::array kProtocols{Protocol::Text, Protocol::Binary};

inline std::string name_of(Protocol protocol) {
  return protocol == Protocol::Text ? "text" : "binary";
}

inline EngineConfig config_of(std::vector<Server> servers, Protocol protocol = Protocol::Text,
                              std::uint32_t connections = 4) {
  return {.servers = std::move(servers),
          .ring = {.hash = "md5", .distribution = "modula", .ketama = Ketama::Off},
          .transport = {.protocol = protocol, .connections = connections}};
}

inline EngineConfig config_of(const Server& server, Protocol protocol = Protocol::Text,
                              std::uint32_t connections = 4) {
  return config_of(std::vector{server}, protocol, connections);
}

// With one connection everything is in one queue.
inline constexpr std::uint32_t kOneConnection = 1;

}  // namespace cache
