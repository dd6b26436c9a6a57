#include "engine/byte_pool.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace cache {

BytePool::Bytes& BytePool::Bytes::operator=(Bytes&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(capacity_, other.capacity_);
  std::swap(pool_, other.pool_);
  return *this;
}

BytePool::Bytes::~Bytes() {
  if (pool_ != nullptr && memory_ != nullptr) pool_->keep({std::move(memory_), capacity_});
}

BytePool::Bytes BytePool::take(const std::shared_ptr<BytePool>& pool, std::size_t size) {
  Bytes bytes;
  if (pool == nullptr || size < kSmallest || size > kLargest) {
    bytes.memory_.reset(new char[size]);
    return bytes;
  }
  std::tie(bytes.memory_, bytes.capacity_) = pool->find(size);
  bytes.pool_ = pool;
  return bytes;
}

BytePool::Piece BytePool::find(std::size_t size) {
  {
    const std::lock_guard lock(mutex_);
    const auto fit = std::find_if(kept_.begin(), kept_.end(), [size](const Piece& piece) {
      return piece.second >= size && piece.second <= 2 * size;
    });
    if (fit != kept_.end()) {
      Piece piece = std::move(*fit);
      kept_.erase(fit);
      kept_bytes_ -= piece.second;
      return piece;
    }
  }
  const std::size_t capacity = (size + kSmallest - 1) / kSmallest * kSmallest;
  return {std::unique_ptr<char[]>(new char[capacity]), capacity};
}

void BytePool::keep(Piece&& piece) {
  const std::lock_guard lock(mutex_);
  if (kept_bytes_ + piece.second > kMostKept) return;
  kept_bytes_ += piece.second;
  kept_.push_back(std::move(piece));
}

}  // namespace cache
