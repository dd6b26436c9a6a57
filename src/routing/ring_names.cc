#include "routing/ring_names.h"

#include <algorithm>
#include <array>
#include <string>

#include "routing/ring_error.h"

namespace cache {
namespace {

template <typename Constant>
struct Name {
  std::string_view name;
  Constant constant;
};

constexpr std::array kHashes{
    Name{"default", MEMCACHED_HASH_DEFAULT},   Name{"md5", MEMCACHED_HASH_MD5},
    Name{"crc", MEMCACHED_HASH_CRC},           Name{"fnv1_64", MEMCACHED_HASH_FNV1_64},
    Name{"fnv1a_64", MEMCACHED_HASH_FNV1A_64}, Name{"fnv1_32", MEMCACHED_HASH_FNV1_32},
    Name{"fnv1a_32", MEMCACHED_HASH_FNV1A_32}, Name{"hsieh", MEMCACHED_HASH_HSIEH},
    Name{"murmur", MEMCACHED_HASH_MURMUR},     Name{"murmur3", MEMCACHED_HASH_MURMUR3},
    Name{"jenkins", MEMCACHED_HASH_JENKINS},
};

constexpr std::array kDistributions{
    Name{"modula", MEMCACHED_DISTRIBUTION_MODULA},
    Name{"consistent", MEMCACHED_DISTRIBUTION_CONSISTENT},
    Name{"consistent-ketama", MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA},
    Name{"consistent-ketama-spy", MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA_SPY},
    Name{"consistent-weighted", MEMCACHED_DISTRIBUTION_CONSISTENT_WEIGHTED},
    Name{"virtual-bucket", MEMCACHED_DISTRIBUTION_VIRTUAL_BUCKET},
};

template <typename Names>
auto constant_named(const Names& names, std::string_view option, std::string_view name) {
  const auto found = std::ranges::find_if(names, [&](const auto& row) { return row.name == name; });
  if (found != names.end()) return found->constant;
  std::string message(option);
  message += " must be one of";
  for (const auto& row : names) message.append(" ").append(row.name);
  throw RingError(message.append(", got '").append(name.substr(0, 40)).append("'"));
}

}  // namespace

memcached_hash_t hash_named(std::string_view name) {
  const memcached_hash_t hash = constant_named(kHashes, "hash", name);
  // The bare digest function answers 1 for a hash it lacks: all keys would share one server.
  if (!libhashkit_has_algorithm(static_cast<hashkit_hash_algorithm_t>(hash))) {
    throw RingError("hash '" + std::string(name) + "' is not in the installed libmemcached");
  }
  return hash;
}

memcached_server_distribution_t distribution_named(std::string_view name) {
  return constant_named(kDistributions, "distribution", name);
}

}  // namespace cache
