#include "engine/byte_pool.h"

#include <algorithm>
#include <utility>

namespace cache {

BytePool::Bytes BytePool::take(const std::shared_ptr<BytePool>& pool, std::size_t size) {
  if (pool == nullptr || size < kSmallest || size > kLargest) return {new char[size], Return{}};
  Piece piece = pool->find(size);
  return {piece.bytes.release(), Return{pool, piece.capacity}};
}

void BytePool::Return::operator()(char* bytes) const {
  Piece piece{std::unique_ptr<char[]>(bytes), capacity};
  if (pool != nullptr) pool->keep(std::move(piece));
}

BytePool::Piece BytePool::find(std::size_t size) {
  {
    const std::lock_guard lock(mutex_);
    const auto fit = std::find_if(kept_.begin(), kept_.end(), [size](const Piece& piece) {
      return piece.capacity >= size && piece.capacity <= 2 * size;
    });
    if (fit != kept_.end()) {
      Piece piece = std::move(*fit);
      kept_.erase(fit);
      kept_bytes_ -= piece.capacity;
      return piece;
    }
  }
  const std::size_t capacity = (size + kSmallest - 1) / kSmallest * kSmallest;
  return {std::unique_ptr<char[]>(new char[capacity]), capacity};
}

void BytePool::keep(Piece&& piece) {
  const std::lock_guard lock(mutex_);
  if (kept_bytes_ + piece.capacity > kMostKept) return;
  kept_bytes_ += piece.capacity;
  kept_.push_back(std::move(piece));
}

}  // namespace cache
