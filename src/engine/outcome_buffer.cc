#include "engine/outcome_buffer.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace cache {

namespace {
constexpr std::size_t kHeaderWords = 7;
constexpr std::size_t kSmallestCapacity = 4096;
}  // namespace

void OutcomeBuffer::append(const Outcome& outcome) {
  char* value = append_unwritten(outcome, outcome.value.size());
  if (!outcome.value.empty()) std::memcpy(value, outcome.value.data(), outcome.value.size());
}

char* OutcomeBuffer::append_unwritten(const Outcome& outcome, std::size_t length) {
  const std::array<std::uint32_t, kHeaderWords> header = {
      outcome.id,
      static_cast<std::uint32_t>(outcome.status) | (outcome.maybe_applied ? 0x100U : 0U),
      is_failure(outcome.status) ? static_cast<std::uint32_t>(outcome.error_number) : outcome.flags,
      outcome.server,
      static_cast<std::uint32_t>(outcome.number),
      static_cast<std::uint32_t>(outcome.number >> 32U),
      static_cast<std::uint32_t>(length),
  };
  constexpr std::size_t kHeaderSize = kHeaderWords * kWordSize;
  const std::size_t padding = (kWordSize - length % kWordSize) % kWordSize;
  char* record = grow(kHeaderSize + length + padding);
  std::memcpy(record, header.data(), kHeaderSize);
  std::memset(record + kHeaderSize + length, 0, padding);
  if (is_answer(outcome.status)) ++answers_;
  return record + kHeaderSize;
}

char* OutcomeBuffer::grow(std::size_t length) {
  if (length > capacity_ - size_) {
    const std::size_t capacity = std::max({size_ + length, 2 * capacity_, kSmallestCapacity});
    BytePool::Bytes bytes = BytePool::take(pool_, capacity);
    if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }
  char* end = bytes_.get() + size_;
  size_ += length;
  return end;
}

}  // namespace cache
