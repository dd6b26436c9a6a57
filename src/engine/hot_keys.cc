#include "engine/hot_keys.h"

namespace cache {

std::unique_ptr<HotKeys> HotKeys::create(std::size_t capacity) {
  return capacity == 0 ? nullptr : std::make_unique<HotKeys>(capacity);
}

void HotKeys::count(const Batch& batch) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Operation& operation = batch.operation(i);
    if (!is_server_wide(operation.command)) sketch_.add(operation.key);
  }
}

std::vector<HotKey> HotKeys::read() const {
  const std::lock_guard lock(mutex_);
  return sketch_.read();
}

}  // namespace cache
