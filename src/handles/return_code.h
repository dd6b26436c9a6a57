// What libmemcached's return codes mean.
#pragma once

#include <libmemcached-1.0/memcached.h>

#include "engine/outcome.h"

namespace cache {

// The return code with the true cause: libmemcached often answers with a code that hides it
// (SOME_ERRORS, UNKNOWN_READ_FAILURE, SERVER_TEMPORARILY_DISABLED...), and only the error list of
// the handle tells (H28).
memcached_return_t true_cause(const memcached_st& handle, memcached_return_t code);

Status to_status(memcached_return_t code);

}  // namespace cache
