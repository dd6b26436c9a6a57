// Outcomes packed for the crossing to JavaScript.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/byte_pool.h"
#include "engine/outcome.h"

namespace cache {

// Of what is packed for the crossing, in either direction.
inline constexpr std::size_t kWordSize = sizeof(std::uint32_t);

// Layout, little-endian 32-bit words, one record an outcome (lib/protocol.ts reads it):
//   0 id
//   1 status | maybe_applied << 8
//   2 flags, or errno of a failure
//   3 server
//   4 number, low half     5 number, high half
//   6 length of the value  7... the value, padded to a whole word
//
// The copies of a value: from the kernel into this buffer, at once where it is large, by way of a
// receive buffer where it is small; and from here into JavaScript's memory. Nothing else touches
// it.
class OutcomeBuffer {
 public:
  // Large buffers lie in memory of `pool`, which may be null.
  explicit OutcomeBuffer(std::shared_ptr<BytePool> pool = nullptr) : pool_(std::move(pool)) {}

  // Copies outcome.value.
  void append(const Outcome& outcome);

  // The same with a value of `length` bytes that the caller writes where the result points to,
  // before anything else is appended.
  char* append_unwritten(const Outcome& outcome, std::size_t length);

  // Answers to operations in it, news of servers not counted.
  std::size_t answers() const { return answers_; }
  std::string_view bytes() const { return {bytes_.get(), size_}; }

 private:
  char* grow(std::size_t length);

  std::shared_ptr<BytePool> pool_;
  BytePool::Bytes bytes_;  // not a std::string, which zeroes what is about to be written
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
  std::size_t answers_ = 0;
};

}  // namespace cache
