// Where clients that are not built on libmemcached put a key (interop/README.md 4).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/config.h"
#include "routing/circle.h"

namespace cache {

class Placement {
 public:
  Placement() = default;
  Placement(const Placement&) = delete;
  Placement& operator=(const Placement&) = delete;
  virtual ~Placement() = default;

  // Index of the server of a key, of exactly these bytes. Any thread: it only reads.
  virtual std::uint32_t server_of(std::string_view key) const noexcept = 0;

  // Ascending; empty where the rule has no circle.
  virtual std::vector<RingPoint> points() const { return {}; }
};

// What a rule turns a key into.
using KeyHash = std::uint32_t (*)(std::string_view);

// The rule that `ring.placement` names, for servers in the order of their indices. Throws
// RingError.
std::unique_ptr<Placement> make_placement(const Ring& ring, const std::vector<Server>& servers);

// The hash that the rule of that name puts keys through; null for a name that is none.
KeyHash key_hash_of(std::string_view placement);

}  // namespace cache
