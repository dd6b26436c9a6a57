#include "routing/placement/key_hashes.h"

#include <libhashkit-1.0/hashkit.h>

#include "routing/placement/crc32.h"
#include "routing/placement/murmur3.h"
#include "routing/placement/text.h"

namespace cache {

std::uint32_t perl_hash(std::string_view key) noexcept { return crc32(key) >> 16U & 0x7FFFU; }

std::uint32_t python_memcached_hash(std::string_view key) noexcept {
  const std::uint32_t hash = perl_hash(key);
  return hash == 0 ? 1 : hash;
}

std::uint32_t crc32_hash(std::string_view key) noexcept { return crc32(key); }

std::uint32_t md5_hash(std::string_view key) noexcept {
  return libhashkit_md5(key.data(), key.size());
}

std::uint32_t java_hash(std::string_view key) noexcept {
  std::uint32_t hash = 0;
  each_utf16_unit(key, [&](std::uint16_t unit) { hash = 31 * hash + unit; });
  return hash;
}

std::uint32_t memjs_hash(std::string_view key) noexcept {
  const std::uint32_t hash = java_hash(key);
  return (hash & 0x80000000U) == 0 ? hash : 0U - hash;
}

std::uint32_t npm_memcache_hash(std::string_view key) noexcept {
  constexpr double kPrime = 16777619;
  std::uint32_t hash = 2166136261;
  each_utf16_unit(key, [&](std::uint16_t unit) {
    const double product = static_cast<std::int32_t>(hash ^ unit) * kPrime;
    hash = static_cast<std::uint32_t>(static_cast<std::int64_t>(product));
  });
  return hash;
}

std::uint32_t pymemcache_hash(std::string_view key) noexcept {
  Murmur3 hash;
  while (!key.empty()) hash.add(static_cast<std::uint8_t>(take_character(key)));
  return hash.value();
}

}  // namespace cache
