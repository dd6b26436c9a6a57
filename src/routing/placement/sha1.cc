#include "routing/placement/sha1.h"

#include <array>
#include <bit>
#include <cstddef>
#include <string>

namespace cache {
namespace {

constexpr std::size_t kBlock = 64;

using State = std::array<std::uint32_t, 5>;

constexpr State kStart = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};

// The text, a one bit, zeros, and its length in bits: whole blocks (RFC 3174, 4).
std::string padded(std::string_view text) {
  std::string message(text);
  message += '\x80';
  while (message.size() % kBlock != kBlock - 8) message += '\0';
  const std::uint64_t bits = std::uint64_t{text.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8) message += static_cast<char>(bits >> shift & 0xFFU);
  return message;
}

std::array<std::uint32_t, 80> schedule_of(std::string_view block) {
  std::array<std::uint32_t, 80> words{};
  for (std::size_t at = 0; at < kBlock; ++at) {
    words[at / 4] = words[at / 4] << 8U | static_cast<unsigned char>(block[at]);
  }
  for (std::size_t at = 16; at < words.size(); ++at) {
    words[at] = std::rotl(words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16], 1);
  }
  return words;
}

// The function and the constant of a round (RFC 3174, 5).
std::uint32_t mixed(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5A827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ED9EBA1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC;
  return (b ^ c ^ d) + 0xCA62C1D6;
}

State after_block(const State& before, std::string_view block) {
  auto [a, b, c, d, e] = before;
  const auto words = schedule_of(block);
  for (std::size_t round = 0; round < words.size(); ++round) {
    const std::uint32_t next = std::rotl(a, 5) + mixed(round, b, c, d) + e + words[round];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  return {before[0] + a, before[1] + b, before[2] + c, before[3] + d, before[4] + e};
}

}  // namespace

std::uint32_t sha1_start(std::string_view text) {
  const std::string message = padded(text);
  State state = kStart;
  for (std::string_view rest = message; !rest.empty(); rest.remove_prefix(kBlock)) {
    state = after_block(state, rest.substr(0, kBlock));
  }
  return state[0];
}

}  // namespace cache
