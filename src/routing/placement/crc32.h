#pragma once

#include <cstdint>
#include <string_view>

namespace cache {

// CRC-32 as zlib has it. `before` is the checksum of the bytes in front of these. libhashkit only
// gives 15 bits of it.
std::uint32_t crc32(std::string_view bytes, std::uint32_t before = 0) noexcept;

}  // namespace cache
