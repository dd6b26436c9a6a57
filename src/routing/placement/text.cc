#include "routing/placement/text.h"

#include <array>
#include <cstddef>

namespace cache {
namespace {

// How many bytes the character has that begins with `lead`; 0 where none does.
std::size_t length_from(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;  // inside a character, or one that is spelt too long
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

// The smallest character that needs so many bytes.
constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};

bool is_character(char32_t value, std::size_t length) {
  const bool surrogate = value >= 0xD800 && value < 0xE000;
  return value >= kSmallest[length] && value <= 0x10FFFF && !surrogate;
}

// The character that the first `length` bytes spell; 0 where they spell none.
char32_t decode(std::string_view text, std::size_t length) {
  if (length < 2 || length > text.size()) return 0;
  auto value = static_cast<char32_t>(static_cast<unsigned char>(text[0]) & (0x7FU >> length));
  for (std::size_t at = 1; at < length; ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte & 0xC0U) != 0x80) return 0;
    value = value << 6U | (byte & 0x3FU);
  }
  return is_character(value, length) ? value : 0;
}

}  // namespace

char32_t take_character(std::string_view& text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = length_from(lead);
  const char32_t character = decode(text, length);
  text.remove_prefix(character == 0 ? 1 : length);
  return character == 0 ? lead : character;
}

}  // namespace cache
