// The packed operations and outcomes as JavaScript sees them: what lib/batch.ts writes and
// lib/answer.ts reads.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/operation.h"
#include "engine/outcome.h"

namespace cache {

// One operation of a client.
struct Request {
  Command command = Command::Get;
  std::string key;
  std::string value;
  std::uint32_t flags = 0;
  std::uint32_t exptime = 0;
  std::uint64_t number = 0;
  std::optional<std::uint64_t> initial;
  std::string group_key;
  std::uint32_t namespace_length = 0;
  std::uint32_t server = 0;                                      // of a server-wide command
  std::chrono::milliseconds timeout = std::chrono::seconds(60);  // never, as far as a test goes
};

// An outcome that owns its value.
struct Answered {
  std::uint32_t id = 0;
  Status status = Status::Ok;
  bool maybe_applied = false;
  std::uint32_t server = 0;
  std::uint32_t flags = 0;
  int error_number = 0;
  std::uint64_t number = 0;
  std::string value;
};

// The ids are the requests' places in the list.
std::string packed(const std::vector<Request>& requests);

std::vector<Answered> unpacked(std::string_view outcomes);

}  // namespace cache
