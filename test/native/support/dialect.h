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

// Of the binary protocol: the reply to `request` with a status and a text.
std::string binary_refusal(std::string_view request, std::uint16_t status, std::string_view text);

}  // namespace cache
