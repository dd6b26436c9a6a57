#include "routing/placement/placement.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "routing/placement/dalli.h"
#include "routing/placement/ketama_points.h"
#include "routing/placement/key_hashes.h"
#include "routing/placement/md5_points.h"
#include "routing/placement/npm_memcache.h"
#include "routing/placement/remainder.h"
#include "routing/placement/rendezvous.h"
#include "routing/ring_error.h"

namespace cache {
namespace {

class CirclePlacement final : public Placement {
 public:
  CirclePlacement(KeyHash hash, std::vector<RingPoint> points)
      : hash_(hash), circle_(std::move(points)) {}

  std::uint32_t server_of(std::string_view key) const noexcept override {
    return circle_.server_at(hash_(key));
  }
  std::vector<RingPoint> points() const override { return circle_.points(); }

 private:
  KeyHash hash_;
  Circle circle_;
};

using Servers = std::vector<Server>;
using Made = std::unique_ptr<Placement>;

template <std::vector<RingPoint> (*points_of)(const Servers&)>
Made on_circle(KeyHash hash, const Servers& servers, const Ring& /*ring*/) {
  return std::make_unique<CirclePlacement>(hash, points_of(servers));
}

Made on_ketama_points(KeyHash hash, const Servers& servers, const Ring& ring) {
  return std::make_unique<CirclePlacement>(hash, ketama_points(servers, ring.ketama_points));
}

template <Made (*remainder)(KeyHash, const Servers&)>
Made by_remainder(KeyHash hash, const Servers& servers, const Ring& /*ring*/) {
  return remainder(hash, servers);
}

Made by_score(KeyHash /*hash*/, const Servers& servers, const Ring& /*ring*/) {
  return rendezvous(servers);
}

struct Rule {
  std::string_view name;
  KeyHash hash;
  Made (*make)(KeyHash, const Servers&, const Ring&);
};

// `placementNames` in lib/ring.ts.
constexpr Rule kRules[] = {
    {"cache-memcached", perl_hash, by_remainder<weighted_remainder>},
    {"dalli", crc32_hash, on_circle<dalli_points>},
    {"ketama-points", crc32_hash, on_ketama_points},
    {"memcache", npm_memcache_hash, on_circle<npm_memcache_points>},
    {"memcache-modula", npm_memcache_hash, by_remainder<weighted_remainder>},
    {"memcached", md5_hash, on_circle<hashring_points>},
    {"memjs", memjs_hash, by_remainder<plain_remainder>},
    {"pymemcache", pymemcache_hash, by_score},
    {"python-memcached", python_memcached_hash, by_remainder<weighted_remainder>},
    {"spymemcached", java_hash, by_remainder<plain_remainder>},
    {"spymemcached-ketama", md5_hash, on_circle<spymemcached_points>},
    {"spymemcached-ketama-libmemcached", md5_hash, on_circle<spymemcached_libmemcached_points>},
};

const Rule* rule_named(std::string_view name) {
  const auto* found = std::ranges::find(kRules, name, &Rule::name);
  return found == std::end(kRules) ? nullptr : found;
}

}  // namespace

std::unique_ptr<Placement> make_placement(const Ring& ring, const std::vector<Server>& servers) {
  const Rule* rule = rule_named(ring.placement);
  if (rule == nullptr) throw RingError("placement must be known, got '" + ring.placement + "'");
  return rule->make(rule->hash, servers, ring);
}

KeyHash key_hash_of(std::string_view placement) {
  const Rule* rule = rule_named(placement);
  return rule == nullptr ? nullptr : rule->hash;
}

}  // namespace cache
