// The characters of UTF-8 text, for clients that hash characters and not bytes.
#pragma once

#include <cstdint>
#include <string_view>

namespace cache {

// Takes one character off the front of `text`, which is not empty. Keys given as bytes may be no
// UTF-8: a byte that is part of no character then counts as a character of its value.
char32_t take_character(std::string_view& text) noexcept;

// Calls `take` with each unit of UTF-16, as Java and JavaScript see a string.
template <typename Take>
void each_utf16_unit(std::string_view text, Take take) {
  while (!text.empty()) {
    const char32_t character = take_character(text);
    if (character < 0x10000) {
      take(static_cast<std::uint16_t>(character));
    } else {
      take(static_cast<std::uint16_t>(0xD800 + ((character - 0x10000) >> 10U)));
      take(static_cast<std::uint16_t>(0xDC00 + ((character - 0x10000) & 0x3FFU)));
    }
  }
}

}  // namespace cache
