// Large pieces of memory, used again and again.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace cache {

// The system hands out a large piece page by page and takes it back at once: a batch with values of
// 64 KB cost more in page faults than in copying. Keeps kMostKept bytes at most. Any thread.
class BytePool {
 public:
  // Gives a piece back to the pool it is from, if that wants it.
  struct Return {
    std::shared_ptr<BytePool> pool;
    std::size_t capacity = 0;
    void operator()(char* bytes) const;
  };
  using Bytes = std::unique_ptr<char[], Return>;

  // `size` bytes, unwritten. `pool` may be null.
  static Bytes take(const std::shared_ptr<BytePool>& pool, std::size_t size);

 private:
  static constexpr std::size_t kSmallest = std::size_t{32} * 1024;  // malloc is good at less
  static constexpr std::size_t kLargest = std::size_t{2} * 1024 * 1024;
  static constexpr std::size_t kMostKept = 2 * kLargest;

  struct Piece {
    std::unique_ptr<char[]> bytes;
    std::size_t capacity = 0;
  };

  Piece find(std::size_t size);
  void keep(Piece&& piece);

  std::mutex mutex_;
  std::vector<Piece> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace cache
