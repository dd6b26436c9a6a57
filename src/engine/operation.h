// One request, as both engines see it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace cache {

using Clock =
    std::chrono::steady_clock;  // monotonic: a step of the wall clock moves no deadline (H27)
using Deadline = Clock::time_point;

// The numbers are the wire format between lib/ and native/ (lib/protocol.ts holds the same table).
enum class Command : std::uint8_t {
  Get = 0,   // value and flags
  Gets = 1,  // and the cas token
  Has = 2,   // is it there: no value comes back
  Set = 3,
  Add = 4,
  Replace = 5,
  Append = 6,
  Prepend = 7,
  Cas = 8,
  Incr = 9,
  Decr = 10,
  Touch = 11,
  GetAndTouch = 12,
  Delete = 13,
  // The commands below address a server, not a key.
  Flush = 14,
  Version = 15,
  Ping = 16,
  Stats = 17,
};
inline constexpr std::uint8_t kCommandCount = 18;

constexpr bool is_read(Command command) { return command <= Command::Has; }
constexpr bool is_server_wide(Command command) { return command >= Command::Flush; }

// Views point into the bytes of the batch the operation belongs to and live as long as it does.
struct Operation {
  std::uint32_t id = 0;  // chosen by the caller, comes back in the outcome
  Command command = Command::Get;
  bool has_initial = false;  // Incr, Decr: create the counter on a miss
  std::uint32_t server =
      0;  // index in the ring; named by the router, or by the caller of a server-wide command
  std::uint32_t flags = 0;
  std::uint32_t exptime = 0;  // as memcached reads it: 0 never, to 30 days relative, above absolute
  std::uint64_t number = 0;   // Cas: the token. Incr, Decr: the delta. Flush: the delay in seconds
  std::uint64_t initial = 0;
  std::string_view key;  // namespace and prefix included. Stats: the section, may be empty
  std::string_view value;
  Deadline deadline{};
};

// Whether it may change something on the server.
constexpr bool is_change(const Operation& operation) {
  if (operation.command == Command::Stats) return operation.key == "reset";
  return !is_read(operation.command) && operation.command != Command::Version &&
         operation.command != Command::Ping;
}

}  // namespace cache
