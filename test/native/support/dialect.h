// What a server must know of a protocol to answer requests one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/config.h"

namespace cache {

// Bytes of the first request in `received`, 0 while it is not there as a whole. The quiet gets of
// the binary protocol and the noop behind them are one request.
std::size_t request_length(Protocol protocol, std::string_view received);

// The get with which the engine opens a connection.
bool is_first_question(std::string_view request);

// The answer of a server that has every key, with the value "ok", and obeys everything.
std::string polite_reply(Protocol protocol, std::string_view request);

// A reply of the binary protocol. libmemcached does not look at the opaque field (H02): it is 0.
struct BinaryReply {
  unsigned char opcode = 0;
  std::uint16_t status = 0;
  std::string_view extras;
  std::string_view key;
  std::string_view value;
};
std::string bytes_of(const BinaryReply& reply);

namespace opcode {
inline constexpr unsigned char kSet = 1;
inline constexpr unsigned char kIncrement = 5;
inline constexpr unsigned char kDecrement = 6;
inline constexpr unsigned char kNoop = 10;
inline constexpr unsigned char kGetK = 12;
inline constexpr unsigned char kGetKQ = 13;
}  // namespace opcode

}  // namespace cache
