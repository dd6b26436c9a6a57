// Which keys an engine is asked for most.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/batch.h"
#include "engine/space_saving.h"

namespace cache {

// Counts the operations on each key of all clients of an engine. Any thread.
class HotKeys {
 public:
  explicit HotKeys(std::size_t capacity) : sketch_(capacity) {}

  // Null for a capacity of 0: then nothing is counted.
  static std::unique_ptr<HotKeys> create(std::size_t capacity);

  void count(const Batch& batch);
  std::vector<HotKey> read() const;

 private:
  mutable std::mutex mutex_;
  SpaceSaving sketch_;
};

}  // namespace cache
