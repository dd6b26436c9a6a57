// Reading the replies of a memcached_mget by the strict rules.
#pragma once

#include <libmemcached-1.0/memcached.h>

#include <memory>

#include "handles/connection.h"

namespace cache {

// Hands out the values one by one; a missing key is a miss only if fault() is Ok at the end
// (section 2, rules 3 and 4). Thread of the connection.
class MultiGetReader {
 public:
  explicit MultiGetReader(Connection& connection);

  // The next value, valid until the next call; null at the end, be it good or bad.
  const memcached_result_st* next();

  // After next() gave null: Ok when the server said END and nothing went wrong on the way.
  const Fault& fault() const { return fault_; }

 private:
  struct ResultDeleter {
    void operator()(memcached_result_st* result) const { memcached_result_free(result); }
  };
  Connection& connection_;
  std::unique_ptr<memcached_result_st, ResultDeleter> result_;
  Fault fault_;
};

}  // namespace cache
