// Where a key lives: a libmemcached handle that never connects.
#pragma once

#include <libmemcached-1.0/memcached.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config.h"
#include "routing/circle.h"
#include "routing/placement/placement.h"
#include "routing/ring_error.h"

namespace cache {

class Router {
 public:
  // Builds the ring by the calls libmemcached's other clients make, in pylibmc's order: hash,
  // ketama, distribution, sort, servers, buckets. Never by memcached_clone, which loses the
  // weighted ring (H34). With `ring.configuration` the servers are those of the string and
  // `servers` is not read. Throws RingError.
  Router(const std::vector<Server>& servers, const Ring& ring);

  // Index, in servers(), of the server that `key` lives on. Exactly the bytes given are hashed, so
  // prefix, namespace or group key are the caller's to put there. Any thread: it only reads.
  std::uint32_t server_of(std::string_view key) const;

  // The servers in the order of their indices: as given, or as libmemcached sorted them.
  const std::vector<Server>& servers() const { return servers_; }

  // The circle that hashes of keys fall on, ascending: a key goes to the first point at or after
  // its hash. Empty where the rule has none.
  std::vector<RingPoint> points() const;

 private:
  struct HandleDeleter {
    void operator()(memcached_st* handle) const { memcached_free(handle); }
  };
  using Handle = std::unique_ptr<memcached_st, HandleDeleter>;

  static Handle build(const std::vector<Server>& servers, const Ring& ring);
  static Handle build(const std::string& configuration);
  void place_by(std::unique_ptr<Placement> placement);

  std::vector<Server> servers_;
  std::unique_ptr<Placement> placement_;  // null: libmemcached's own rules. The handle calls it.
  Handle handle_;
};

// memcached_generate_hash_value for an algorithm by its option name, or what the placement of that
// name hashes keys to. Throws what hash_named does.
std::uint32_t hash_of(const std::string& algorithm, std::string_view key);

}  // namespace cache
