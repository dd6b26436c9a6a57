// One answer, as both engines give it.
#pragma once

#include <cstdint>
#include <string_view>

namespace cache {

// The numbers are the wire format between native/ and lib/ (lib/protocol.ts holds the same table).
// A miss is an answer, a failure is not: everything from Timeout on becomes an error in lib/.
enum class Status : std::uint8_t {
  Ok = 0,         // stored, deleted, touched, a hit, a number
  Miss = 1,       // no such item
  NotStored = 2,  // the condition of add, replace, append or prepend did not hold
  Exists = 3,     // the cas token is stale
  Timeout = 16,
  Connection = 17,
  ServerDown = 18,  // breaker open, nothing was sent
  Protocol = 19,
  Authentication = 20,
  ServerError = 21,
  OutOfMemory = 22,
  NotNumeric = 23,
  TooLarge = 24,
  Unsupported = 25,
  Closed = 26,
  // Not an answer to an operation: news of a server, for the client's events.
  ServerWentDown = 64,
  ServerCameUp = 65,
};

constexpr bool is_answer(Status status) { return status < Status::ServerWentDown; }
constexpr bool is_failure(Status status) { return status >= Status::Timeout && is_answer(status); }

struct Outcome {
  std::uint32_t id = 0;
  Status status = Status::Ok;
  bool maybe_applied = false;  // failures of changes only: a byte of the request had been sent
  std::uint32_t server = 0;    // index in the ring of the engine that answers
  std::uint32_t flags = 0;     // hits only
  int error_number = 0;        // failures only: errno when the kernel gave one
  std::uint64_t number = 0;  // Gets: the cas token. Incr, Decr: the new value. Ping: microseconds.
                             // ServerWentDown: the Status that operations now get
  std::string_view
      value;  // hits: the value. Stats: "name value" lines. Failures: what the server said
};

}  // namespace cache
