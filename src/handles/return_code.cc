#include "handles/return_code.h"

namespace cache {

memcached_return_t true_cause(const memcached_st& handle, memcached_return_t code) {
  switch (code) {
    case MEMCACHED_FAILURE:
    case MEMCACHED_SOME_ERRORS:
    case MEMCACHED_UNKNOWN_READ_FAILURE:
    case MEMCACHED_WRITE_FAILURE:
    case MEMCACHED_SERVER_TEMPORARILY_DISABLED:
    case MEMCACHED_SERVER_MARKED_DEAD: {
      const memcached_return_t cause = memcached_last_error(&handle);
      return cause == MEMCACHED_SUCCESS ? code : cause;
    }
    default:
      return code;
  }
}

Status to_status(memcached_return_t code) {
  switch (code) {
    case MEMCACHED_SUCCESS:
      return Status::Ok;
    case MEMCACHED_NOTFOUND:
    case MEMCACHED_DATA_DOES_NOT_EXIST:
      return Status::Miss;
    case MEMCACHED_NOTSTORED:
      return Status::NotStored;
    case MEMCACHED_DATA_EXISTS:
      return Status::Exists;
    case MEMCACHED_TIMEOUT:
    case MEMCACHED_IN_PROGRESS:
      return Status::Timeout;
    case MEMCACHED_E2BIG:
      return Status::TooLarge;
    case MEMCACHED_SERVER_MEMORY_ALLOCATION_FAILURE:
    case MEMCACHED_MEMORY_ALLOCATION_FAILURE:
      return Status::OutOfMemory;
    case MEMCACHED_AUTH_PROBLEM:
    case MEMCACHED_AUTH_FAILURE:
    case MEMCACHED_AUTH_CONTINUE:
      return Status::Authentication;
    case MEMCACHED_SERVER_ERROR:
      return Status::ServerError;
    case MEMCACHED_NOT_SUPPORTED:
      return Status::Unsupported;
    case MEMCACHED_HOST_LOOKUP_FAILURE:
    case MEMCACHED_CONNECTION_FAILURE:
    case MEMCACHED_CONNECTION_BIND_FAILURE:
    case MEMCACHED_WRITE_FAILURE:
    case MEMCACHED_READ_FAILURE:
    case MEMCACHED_ERRNO:
    case MEMCACHED_FAIL_UNIX_SOCKET:
    case MEMCACHED_SERVER_MARKED_DEAD:
    case MEMCACHED_SERVER_TEMPORARILY_DISABLED:
    case MEMCACHED_NO_SERVERS:
      return Status::Connection;
    // CLIENT_ERROR and ERROR too: the server did not understand what it was sent. STORED, DELETED
    // and END are answers to something else: libmemcached makes a SUCCESS of them where they
    // belong.
    default:
      return Status::Protocol;
  }
}

}  // namespace cache
