#include "engine/batches_under_way.h"

#include <algorithm>

namespace cache {

namespace {
constexpr std::size_t kFewest = 64;
}  // namespace

// Looked through when they are twice as many as were left the last time.
void BatchesUnderWay::add(const std::shared_ptr<Batch>& batch) {
  if (entries_.size() >= tidy_at_) {
    std::erase_if(entries_, [](const Entry& entry) { return entry.batch.expired(); });
    tidy_at_ = std::max(kFewest, entries_.size() * 2);
  }
  entries_.push_back({next_++, batch});
}

std::shared_ptr<Batch> BatchesUnderWay::find(std::uint32_t number) const {
  if (entries_.empty()) return nullptr;
  const std::uint32_t first = entries_.front().number;
  const auto found = std::ranges::lower_bound(
      entries_, number - first, {}, [first](const Entry& entry) { return entry.number - first; });
  return found != entries_.end() && found->number == number ? found->batch.lock() : nullptr;
}

}  // namespace cache
