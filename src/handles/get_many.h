// Reads of several keys as one memcached_mget.
#pragma once

#include <vector>

#include "engine/answers.h"
#include "engine/batch.h"
#include "handles/connection.h"

namespace cache {

// How many reads travel together: past a few hundred nothing is gained any more, and a request of
// 64 KiB always fits into the socket's buffer, so that libmemcached never blocks while it still
// sends (H21, H22).
inline constexpr std::size_t kMaxReadsTogether = 256;

// Settles each of `reads` that is not settled yet. A key that is asked for twice is fetched once,
// and a value goes to its askers by its key, never by its position. When the fault is not Ok, what
// has no value yet is left unsettled: nothing can be said about it. Thread of the connection.
Fault get_many(Connection& connection, const std::vector<QueuedOperation>& reads, Answers& answers);

}  // namespace cache
