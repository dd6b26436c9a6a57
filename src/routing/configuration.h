// libmemcached's configuration string, read for what a client has to know of it.
//
// Where keys go is libmemcached's own reading of the string (Router hands it to memcached()). This
// reading comes first, because the library would open files, take the string from the environment
// when it is empty (H60), abort on too many servers (H15) and wrap numbers that are too large.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/config.h"

namespace cache {

// What the string names and a client honours; what it does not name is left to the client's own
// defaults.
struct ParsedConfiguration {
  std::vector<Server> servers;  // as written: SORT-HOSTS shows in Router::servers() only
  std::string namespace_;
  bool hash_with_namespace = false;
  bool binary = false;
  std::optional<std::uint32_t> connect_timeout_ms;  // CONNECT-TIMEOUT, 1 to 2^31-1
  std::optional<std::uint32_t> poll_timeout_ms;     // POLL-TIMEOUT, 1 to 2^31-1
  std::optional<std::uint32_t> pool_max;            // POOL-MAX: connections a server, from 1
};

// Throws RingError for a string that is not in libmemcached's grammar, names no server, or holds an
// option that reads files or would break a rule of this client; the message names the option.
ParsedConfiguration parse_configuration(const std::string& configuration);

}  // namespace cache
