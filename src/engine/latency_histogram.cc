#include "engine/latency_histogram.h"

#include <algorithm>

namespace cache {

std::vector<LatencyBucket> LatencyHistogram::read() const {
  std::vector<LatencyBucket> buckets;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const std::uint64_t count = counts_[i].load(std::memory_order_relaxed);
    if (count > 0) buckets.push_back({.below = end_of(i), .count = count});
  }
  return buckets;
}

// The highest bits of a latency number its bucket: the place of the first one names the doubling,
// the next four the bucket in it.
std::size_t LatencyHistogram::bucket_of(std::uint64_t microseconds) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(microseconds)) - 1 - kSubBits);
  const std::size_t bucket = shift * kSubBuckets + (microseconds >> shift);
  return std::min(bucket, kBuckets - 1);
}

std::uint64_t LatencyHistogram::end_of(std::size_t bucket) {
  const std::size_t shift = bucket < kSubBuckets ? 0 : bucket / kSubBuckets - 1;
  return (bucket - shift * kSubBuckets + 1) << shift;
}

}  // namespace cache
