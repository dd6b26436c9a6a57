// Large pieces of memory, used again and again.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace cache {

// The system hands out a large piece page by page and takes it back at once: a batch with values of
// 64 KB cost more in page faults than in copying. Keeps kMostKept bytes at most. Any thread.
class BytePool {
 public:
  // A piece, which goes back to the pool it is from, if that wants it. One owner.
  class Bytes {
   public:
    Bytes() = default;
    Bytes(Bytes&& other) noexcept = default;
    Bytes& operator=(Bytes&& other) noexcept;
    ~Bytes();
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;

    char* get() const { return memory_.get(); }

   private:
    friend class BytePool;

    std::unique_ptr<char[]> memory_;
    std::size_t capacity_ = 0;
    std::shared_ptr<BytePool> pool_;
  };

  // `size` bytes, unwritten. `pool` may be null.
  static Bytes take(const std::shared_ptr<BytePool>& pool, std::size_t size);

 private:
  static constexpr std::size_t kSmallest = std::size_t{32} * 1024;  // malloc is good at less
  static constexpr std::size_t kLargest = std::size_t{2} * 1024 * 1024;
  static constexpr std::size_t kMostKept = 2 * kLargest;

  using Piece = std::pair<std::unique_ptr<char[]>, std::size_t>;  // and its capacity

  Piece find(std::size_t size);
  void keep(Piece&& piece);

  std::mutex mutex_;
  std::vector<Piece> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace cache
