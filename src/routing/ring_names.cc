#include "routing/ring_names.h"

#include <algorithm>
#include <span>
#include <string>

#include "routing/ring_error.h"
#include "routing/unsupported_error.h"

namespace cache {
namespace {

template <typename Constant>
struct Name {
  std::string_view name;
  Constant constant;
};

constexpr Name<memcached_hash_t> kHashes[] = {
    {"default", MEMCACHED_HASH_DEFAULT},   {"md5", MEMCACHED_HASH_MD5},
    {"crc", MEMCACHED_HASH_CRC},           {"fnv1_64", MEMCACHED_HASH_FNV1_64},
    {"fnv1a_64", MEMCACHED_HASH_FNV1A_64}, {"fnv1_32", MEMCACHED_HASH_FNV1_32},
    {"fnv1a_32", MEMCACHED_HASH_FNV1A_32}, {"hsieh", MEMCACHED_HASH_HSIEH},
    {"murmur", MEMCACHED_HASH_MURMUR},     {"murmur3", MEMCACHED_HASH_MURMUR3},
    {"jenkins", MEMCACHED_HASH_JENKINS},
};

constexpr Name<memcached_server_distribution_t> kDistributions[] = {
    {"modula", MEMCACHED_DISTRIBUTION_MODULA},
    {"consistent", MEMCACHED_DISTRIBUTION_CONSISTENT},
    {"consistent-ketama", MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA},
    {"consistent-ketama-spy", MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA_SPY},
    {"consistent-weighted", MEMCACHED_DISTRIBUTION_CONSISTENT_WEIGHTED},
    {"virtual-bucket", MEMCACHED_DISTRIBUTION_VIRTUAL_BUCKET},
};

template <typename Constant>
Constant constant_named(std::span<const Name<Constant>> names, std::string_view option,
                        std::string_view name) {
  const auto found = std::ranges::find(names, name, &Name<Constant>::name);
  if (found != names.end()) return found->constant;
  std::string message(option);
  message += " must be one of";
  for (const auto& row : names) message.append(" ").append(row.name);
  throw RingError(message.append(", got '").append(name.substr(0, 40)).append("'"));
}

}  // namespace

memcached_hash_t hash_named(std::string_view name) {
  const memcached_hash_t hash = constant_named<memcached_hash_t>(kHashes, "hash", name);
  // The bare digest function answers 1 for a hash it lacks: all keys would share one server.
  if (!libhashkit_has_algorithm(static_cast<hashkit_hash_algorithm_t>(hash))) {
    throw UnsupportedError("hash '" + std::string(name) + "' is not in the installed libmemcached");
  }
  return hash;
}

memcached_server_distribution_t distribution_named(std::string_view name) {
  return constant_named<memcached_server_distribution_t>(kDistributions, "distribution", name);
}

}  // namespace cache
