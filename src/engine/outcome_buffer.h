// Outcomes packed for the crossing to JavaScript.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/outcome.h"

namespace cache {

// Layout, little-endian 32-bit words, one record an outcome (lib/protocol.ts reads it):
//   0 id
//   1 status | maybe_applied << 8
//   2 flags, or errno of a failure
//   3 server
//   4 number, low half     5 number, high half
//   6 length of the value  7... the value, padded to a whole word
//
// The value's bytes are copied once into this buffer by the thread that read them, and once into
// JavaScript's memory; nothing else touches them.
class OutcomeBuffer {
 public:
  void append(const Outcome& outcome);

  // Answers to operations in it, news of servers not counted.
  std::size_t answers() const { return answers_; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;  // std::string grows without zeroing what append() is about to write
  std::size_t answers_ = 0;
};

}  // namespace cache
