// MurmurHash3, 32 bits, seed 0, byte by byte, so that what many texts begin with is hashed once.
#pragma once

#include <bit>
#include <cstdint>

namespace cache {

class Murmur3 {
 public:
  void add(std::uint8_t byte) {
    word_ |= static_cast<std::uint32_t>(byte) << (length_ % 4 * 8);
    if (++length_ % 4 != 0) return;
    hash_ = std::rotl(hash_ ^ scrambled(word_), 13) * 5 + 0xE6546B64;
    word_ = 0;
  }

  std::uint32_t value() const {
    std::uint32_t hash = hash_ ^ scrambled(word_) ^ length_;
    hash = (hash ^ hash >> 16U) * 0x85EBCA6B;
    hash = (hash ^ hash >> 13U) * 0xC2B2AE35;
    return hash ^ hash >> 16U;
  }

 private:
  static std::uint32_t scrambled(std::uint32_t word) {
    return std::rotl(word * 0xCC9E2D51, 15) * 0x1B873593;
  }

  std::uint32_t hash_ = 0;
  std::uint32_t word_ = 0;  // the bytes since the last whole word
  std::uint32_t length_ = 0;
};

}  // namespace cache
