// The batches of one client that are not answered yet, by their numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/batch.h"

namespace cache {

// What is answered is forgotten, also while one before it is not: an operation may wait for an hour
// among millions. One thread.
class BatchesUnderWay {
 public:
  // Numbers run from 0, and from 2^32-1 to 0 again.
  void add(const std::shared_ptr<Batch>& batch);
  // Null where it has been answered.
  std::shared_ptr<Batch> find(std::uint32_t number) const;
  // For tests: how many it still knows of.
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint32_t number;
    std::weak_ptr<Batch> batch;
  };

  std::vector<Entry> entries_;  // in their order
  std::size_t tidy_at_ = 0;
  std::uint32_t next_ = 0;
};

}  // namespace cache
