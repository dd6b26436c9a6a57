// What other clients turn a key into before they choose a server.
#pragma once

#include <cstdint>
#include <string_view>

namespace cache {

// Cache::Memcached, and python-memcached from 1.60 on: 15 bits of the CRC-32.
std::uint32_t perl_hash(std::string_view key) noexcept;

// python-memcached up to 1.59: the same, with 1 in the place of 0.
std::uint32_t python_memcached_hash(std::string_view key) noexcept;

// dalli and Cache::Memcached::Fast with ketama_points: the CRC-32.
std::uint32_t crc32_hash(std::string_view key) noexcept;

// npm memcached and spymemcached's KETAMA_HASH: four bytes of the MD5, the first one lowest.
std::uint32_t md5_hash(std::string_view key) noexcept;

// spymemcached's NATIVE_HASH: Java's String.hashCode, unsigned.
std::uint32_t java_hash(std::string_view key) noexcept;

// memjs: the absolute value of that, signed.
std::uint32_t memjs_hash(std::string_view key) noexcept;

// npm memcache: meant as FNV-1a of UTF-16 units, but multiplied in doubles, which lose the low bits
// of a product of 53 bits or more.
std::uint32_t npm_memcache_hash(std::string_view key) noexcept;

// pymemcache: Murmur3 of the low byte of each character.
std::uint32_t pymemcache_hash(std::string_view key) noexcept;

}  // namespace cache
