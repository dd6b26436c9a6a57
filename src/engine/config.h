// What an engine is made from: plain values, checked by the facade before they arrive here.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cache {

struct Server {
  std::string host;  // host name, IP literal without brackets, or the path of a unix socket
  std::uint16_t port = 11211;
  std::uint32_t weight = 1;
  bool unix_socket = false;
  // php-memcached adds a socket as a host with port 0, and libmemcached then rings it as "/path-i"
  // instead of "/path:0-i" (interop/README.md 3): one socket, two places on the ring.
  bool ring_as_host = false;

  bool operator==(const Server&) const = default;
};

enum class Ketama : std::uint8_t { Off, Unweighted, Weighted };

// Names are those of docs and options; routing/ring_names.h maps them to libmemcached's constants.
struct Ring {
  std::string hash;          // empty: leave libmemcached's own
  std::string distribution;  // empty: leave what `ketama` set
  Ketama ketama = Ketama::Weighted;
  bool sort_hosts = false;
  std::vector<std::uint32_t> buckets;  // virtual-bucket: bucket -> index of the server
  // A rule of routing/placement/, which takes the place of all above but sort_hosts; or empty.
  std::string placement;
  std::uint32_t ketama_points = 0;  // "ketama-points" only: for each unit of a server's weight
  std::string configuration;  // a libmemcached configuration string: replaces all of the above

  bool operator==(const Ring&) const = default;
};

enum class EngineKind : std::uint8_t { Pipelined, Libmemcached };
enum class Protocol : std::uint8_t { Text, Binary };

struct Transport {
  EngineKind engine = EngineKind::Libmemcached;
  Protocol protocol = Protocol::Text;
  std::string username;
  std::string password;
  std::uint32_t connections = 4;  // per server
  std::uint32_t io_threads = 1;   // of the pipelined engine
  std::uint32_t connect_timeout_ms = 1000;
  bool no_delay = true;
  std::uint32_t keep_alive_s = 60;  // 0: off
  std::vector<std::pair<std::string, std::uint64_t>> behaviors;

  bool operator==(const Transport&) const = default;
};

struct EngineConfig {
  std::vector<Server> servers;
  Ring ring;
  Transport transport;
  std::uint32_t hot_keys = 0;  // keys that are counted; 0: none

  bool operator==(const EngineConfig&) const = default;
};

}  // namespace cache
