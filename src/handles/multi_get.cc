#include "handles/multi_get.h"

#include <new>

namespace cache {

// The result belongs to one read: kept for longer it would keep the largest value ever seen (H36).
MultiGetReader::MultiGetReader(Connection& connection)
    : connection_(connection), result_(memcached_result_create(connection.handle(), nullptr)) {
  if (!result_) throw std::bad_alloc();
}

const memcached_result_st* MultiGetReader::next() {
  memcached_st* handle = connection_.handle();
  memcached_return_t code = MEMCACHED_SUCCESS;
  // With a count of 0 libmemcached turns most errors into "not found" (section 1, row 2).
  result_->count = 1;
  // On an error it frees a result that it was given allocated, so ownership goes there and back.
  memcached_result_st* result = memcached_fetch_result(handle, result_.release(), &code);
  result_.reset(result);
  if (result != nullptr) return result;

  const memcached_return_t last = memcached_last_error(handle);
  if (code != MEMCACHED_END || last != MEMCACHED_SUCCESS || !connection_.is_clean()) {
    fault_ = connection_.fault(code == MEMCACHED_END ? last : code);
    if (fault_.status < Status::Timeout) fault_.status = Status::Protocol;
  }
  return nullptr;
}

}  // namespace cache
