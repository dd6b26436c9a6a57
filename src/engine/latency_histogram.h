// How long operations took, counted in buckets.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cache {

// Operations that took less than `below` microseconds, and as much as the bucket before it ends at.
struct LatencyBucket {
  std::uint64_t below = 0;
  std::uint64_t count = 0;

  bool operator==(const LatencyBucket&) const = default;
};

// Log-linear: each doubling of the latency is cut into 16 buckets of equal width, so that a bucket
// is at most a sixteenth of what it counts wide. Up to 32 microseconds every one has a bucket of
// its own; the last bucket takes all from half an hour on. Any thread; no lock.
class LatencyHistogram {
 public:
  void record(std::uint64_t microseconds) {
    counts_[bucket_of(microseconds)].fetch_add(1, std::memory_order_relaxed);
  }

  // The buckets that have counted something, in their order.
  std::vector<LatencyBucket> read() const;

 private:
  static constexpr std::size_t kSubBuckets = 16;
  static constexpr int kSubBits = std::bit_width(kSubBuckets) - 1;
  static constexpr int kLargestBits = 31;  // 2^31 microseconds are 35.8 minutes
  static constexpr std::size_t kBuckets = (kLargestBits - kSubBits + 1) * kSubBuckets;

  static std::size_t bucket_of(std::uint64_t microseconds);
  static std::uint64_t end_of(std::size_t bucket);

  std::array<std::atomic<std::uint64_t>, kBuckets> counts_{};
};

}  // namespace cache
