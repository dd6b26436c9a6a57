#include "routing/router.h"

#include <algorithm>
#include <bit>
#include <new>
#include <span>
#include <utility>

#include "routing/configuration.h"
#include "routing/ring_limits.h"
#include "routing/ring_names.h"

// libmemcached keeps the definition to itself (libmemcached/continuum.hpp), and has never changed
// it.
struct memcached_continuum_item_st {
  std::uint32_t index;
  std::uint32_t value;
};

namespace cache {
namespace {

void require(memcached_return_t result, const std::string& what) {
  if (memcached_success(result)) return;
  throw RingError("libmemcached refused " + what + ": " + memcached_strerror(nullptr, result));
}

void set_behavior(memcached_st* handle, memcached_behavior_t behavior, std::uint64_t value) {
  require(memcached_behavior_set(handle, behavior, value), libmemcached_string_behavior(behavior));
}

void set_ketama(memcached_st* handle, Ketama ketama) {
  switch (ketama) {
    case Ketama::Off:
      break;
    case Ketama::Unweighted:
      set_behavior(handle, MEMCACHED_BEHAVIOR_KETAMA, 1);
      break;
    case Ketama::Weighted:
      // Only ever 1: the value 0 would turn unweighted KETAMA on.
      set_behavior(handle, MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED, 1);
      break;
  }
}

bool added_as_socket(const Server& server) { return server.unix_socket && !server.ring_as_host; }

void add_server(memcached_st* handle, const Server& server) {
  // An empty name would be taken for localhost, and a NUL would cut it.
  if (server.host.empty() || server.host.find('\0') != std::string::npos) {
    throw RingError("host of a server must be a name without NUL bytes, got " +
                    std::to_string(server.host.size()) + " bytes");
  }
  const char* host = server.host.c_str();
  // With the weight in the same call: one of 2 or more turns a consistent ring into a weighted one.
  require(added_as_socket(server)
              ? memcached_server_add_unix_socket_with_weight(handle, host, server.weight)
              : memcached_server_add_with_weight(handle, host, server.port, server.weight),
          "server '" + server.host.substr(0, 80) + "'");
}

void check_buckets(const std::vector<std::uint32_t>& buckets, std::size_t servers) {
  if (!std::has_single_bit(buckets.size())) {  // the bucket of a hash is hash & (buckets - 1)
    throw RingError("buckets must be a power of two many, got " + std::to_string(buckets.size()));
  }
  const std::uint32_t highest = std::ranges::max(buckets);
  if (highest >= servers) {  // libmemcached hands it out unchecked
    throw RingError("buckets must hold indices of servers from 0 to " +
                    std::to_string(servers - 1) + ", got " + std::to_string(highest));
  }
}

// The port as the handle has it: libmemcached puts its default for 0, and 0 for its own kind of
// unix sockets.
in_port_t port_in_handle(const Server& server) {
  if (added_as_socket(server)) return 0;
  return server.port == 0 ? MEMCACHED_DEFAULT_PORT : server.port;
}

// SORT_HOSTS reorders the handle's servers. It tells names and ports, not weights, so each position
// takes the server given under that name; one listed twice is found twice.
void put_in_order_of(const memcached_st* handle, std::vector<Server>& servers) {
  auto position = servers.begin();
  for (std::uint32_t index = 0; index < memcached_server_count(handle); ++index, ++position) {
    const auto* instance = memcached_server_instance_by_position(handle, index);
    const auto same = std::find_if(position, servers.end(), [&](const Server& server) {
      return server.host == memcached_server_name(instance) &&
             port_in_handle(server) == memcached_server_port(instance);
    });
    if (same == servers.end()) throw RingError("libmemcached's servers are not those given");
    std::iter_swap(position, same);
  }
}

// A hash function for libmemcached that answers the index of the server. Under modula it is taken
// as it is.
std::uint32_t ask_placement(const char* key, std::size_t length, void* placement) {
  return static_cast<const Placement*>(placement)->server_of({key, length});
}

// The points as they lie in the handle: one may hold the points of an older hash.
std::vector<RingPoint> continuum_of(const memcached_st* handle) {
  const std::span<const memcached_continuum_item_st> continuum(
      handle->ketama.continuum, handle->ketama.continuum_points_counter);
  std::vector<RingPoint> points;
  points.reserve(continuum.size());
  for (const auto& item : continuum) points.push_back({item.value, item.index});
  return points;
}

}  // namespace

Router::Router(const std::vector<Server>& servers, const Ring& ring) {
  if (ring.configuration.empty()) {
    servers_ = servers;
    handle_ = build(servers, ring);
  } else {
    servers_ = parse_configuration(ring.configuration).servers;
    handle_ = build(ring.configuration);
  }
  put_in_order_of(handle_.get(), servers_);
  if (!ring.placement.empty()) place_by(make_placement(ring, servers_));
}

// The hash comes first because setting it later would not rebuild the ring: points of the old hash,
// keys of the new one.
Router::Handle Router::build(const std::vector<Server>& servers, const Ring& ring) {
  Handle handle(memcached_create(nullptr));
  if (!handle) throw std::bad_alloc();
  if (!ring.hash.empty()) {
    set_behavior(handle.get(), MEMCACHED_BEHAVIOR_HASH, hash_named(ring.hash));
  }
  set_ketama(handle.get(), ring.ketama);
  if (!ring.distribution.empty()) {
    set_behavior(handle.get(), MEMCACHED_BEHAVIOR_DISTRIBUTION,
                 distribution_named(ring.distribution));
  }
  if (ring.sort_hosts) set_behavior(handle.get(), MEMCACHED_BEHAVIOR_SORT_HOSTS, 1);

  const auto distribution = memcached_behavior_get_distribution(handle.get());
  check_server_count(servers.size(), is_consistent(distribution));
  for (const Server& server : servers) add_server(handle.get(), server);

  if (distribution == MEMCACHED_DISTRIBUTION_VIRTUAL_BUCKET) {
    check_buckets(ring.buckets, servers.size());
    require(memcached_bucket_set(handle.get(), ring.buckets.data(), nullptr,
                                 static_cast<std::uint32_t>(ring.buckets.size()), 1),
            "buckets");
  } else if (!ring.buckets.empty()) {
    throw RingError("buckets must come with distribution 'virtual-bucket'");
  }
  return handle;
}

Router::Handle Router::build(const std::string& configuration) {
  Handle handle(memcached(configuration.data(), configuration.size()));
  if (!handle) throw RingError("libmemcached refused configuration");
  // Else the namespace of the string would be hashed a second time, in front of the caller's bytes.
  set_behavior(handle.get(), MEMCACHED_BEHAVIOR_HASH_WITH_PREFIX_KEY, 0);
  return handle;
}

// By libmemcached's own hook, so that memcached_generate_hash still names the server.
void Router::place_by(std::unique_ptr<Placement> placement) {
  placement_ = std::move(placement);
  hashkit_st hashkit{};
  hashkit_create(&hashkit);
  hashkit_set_custom_function(&hashkit, ask_placement, placement_.get());
  require(memcached_set_hashkit(handle_.get(), &hashkit), "placement");
}

std::uint32_t Router::server_of(std::string_view key) const {
  return memcached_generate_hash(handle_.get(), key.data(), key.size());
}

std::vector<RingPoint> Router::points() const {
  if (placement_) return placement_->points();
  const auto distribution = memcached_behavior_get_distribution(handle_.get());
  return is_consistent(distribution) ? continuum_of(handle_.get()) : std::vector<RingPoint>{};
}

std::uint32_t hash_of(const std::string& algorithm, std::string_view key) {
  if (const KeyHash placement_hash = key_hash_of(algorithm)) return placement_hash(key);
  return memcached_generate_hash_value(key.data(), key.size(), hash_named(algorithm));
}

}  // namespace cache
