// A turn's worth of operations of one client.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include "engine/byte_pool.h"
#include "engine/operation.h"
#include "engine/outcome_sink.h"
#include "routing/router.h"

namespace cache {

// The packed bytes do not hold what their headers say. lib/ never writes such a batch.
class MalformedBatch : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// Owns the bytes the operations' views point into, and who may still answer each operation.
//
// Packed layout, little-endian 32-bit words, one record an operation (lib/protocol.ts writes it):
//   0 id
//   1 command | key length << 8 | group key length << 16 | namespace length << 24
//   2 timeout in milliseconds
//   3 length of the value
//   4 flags, or the server of a server-wide command
//   5 exptime
//   6 number, low half     7 number, high half
//   8 initial, low half    9 initial, high half
//   10 1 where the counter has an initial value
//   then the key, the group key and the value, padded together to a whole word
// Reads stop after word 3. The namespace is the part of the key that is sent but not hashed.
class Batch {
 public:
  // Copies `bytes` once. Timeouts count from `now`. `count` is how many operations are expected, a
  // hint. Large copies lie in memory of `pool`. Throws MalformedBatch.
  Batch(const char* bytes, std::size_t size, std::size_t count, const Router& router, Deadline now,
        std::shared_ptr<OutcomeSink> sink, const std::shared_ptr<BytePool>& pool = nullptr);

  std::size_t size() const { return operations_.size(); }
  const Operation& operation(std::size_t index) const { return operations_[index]; }
  const std::shared_ptr<OutcomeSink>& sink() const { return sink_; }
  Deadline submitted() const { return submitted_; }

  // Every operation is answered once, by whoever gets to it first: its connection, the watchdog
  // (deadline), or the client (cancelled). Any thread.
  bool claim(std::size_t index);          // queued -> in flight; false when nothing is left to do
  bool settle(std::size_t index);         // any -> settled; false when somebody else did that
  bool settle_unsent(std::size_t index);  // queued -> settled; false once it was claimed
  bool is_settled(std::size_t index) const;

 private:
  enum class State : std::uint8_t { Queued, InFlight, Settled };

  BytePool::Bytes bytes_;
  std::vector<Operation> operations_;
  std::unique_ptr<std::atomic<State>[]> states_;
  std::shared_ptr<OutcomeSink> sink_;
  Deadline submitted_;
};

// How often a queue lets go of operations that were cancelled in it. Until then they keep the whole
// batch in memory, whose bytes count for nobody any more.
inline constexpr std::chrono::milliseconds kSweepInterval{100};

// A batch and one operation of it, as it stands in a queue.
struct QueuedOperation {
  std::shared_ptr<Batch> batch;
  std::uint32_t index = 0;
  std::uint16_t group = 0;  // of the key, where the engine keeps order by groups of keys
  bool retried = false;     // it has been asked before
  bool adds = false;        // a counter that was not there: its next request creates it
  bool holds = false;       // its key, from all others of the key
  bool has_value = false;   // its value has come, and no second one may
  bool alone = false;       // a read that is not to share its request again

  const Operation& operation() const { return batch->operation(index); }
};

}  // namespace cache
