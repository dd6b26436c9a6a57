// One operation that waits for its reply, through libmemcached.
#pragma once

#include "engine/operation.h"
#include "engine/outcome.h"
#include "handles/connection.h"

namespace cache {

// Everything but the reads that travel together as one memcached_mget.
// `text` owns what `outcome.value` points to: the lines of Stats, the value of GetAndTouch, what
// the server said to a failure.
struct Answer {
  Outcome outcome;
  std::string text;
  bool connection_lost = false;  // the reply was not read to its end, nothing more may be sent
};

// Sends `operation` on a usable connection and waits for the reply, by the operation's deadline.
// Thread of the connection.
Answer execute(Connection& connection, const Operation& operation);

// Bytes of the request, to tell the sizes that libmemcached leaves in the kernel for 200 ms
// (section 1, row 6).
std::size_t request_size(const Operation& operation, Protocol protocol);

// Whether a request of this size needs a push.
bool stays_in_kernel(std::size_t request_size);

}  // namespace cache
