#pragma once

#include <cstdint>
#include <string_view>

namespace cache {

// The first four bytes of the SHA-1 digest, the first one highest: all that a point of dalli's ring
// takes. No OpenSSL, whose symbols would be those of Node's own (N1).
std::uint32_t sha1_start(std::string_view text);

}  // namespace cache
