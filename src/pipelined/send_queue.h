// Bytes on their way to a socket.
#pragma once

#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cache {

// Small requests are gathered in one piece; a large value is sent from where it lies, in the bytes
// of its batch, which the queue keeps until all of it is sent: a server may refuse a value before
// it has it, and then nobody else holds the batch. One thread.
class SendQueue {
 public:
  // Copies the bytes.
  void append(std::string_view bytes);
  // Copies small ones, and keeps only where large ones lie, and their owner.
  void append_value(std::string_view bytes, const std::shared_ptr<const void>& owner);

  // Positions in the stream: where the next request begins, and how far the socket has taken it.
  std::uint64_t end() const { return end_; }
  std::uint64_t sent() const { return sent_; }
  std::size_t unsent() const { return static_cast<std::size_t>(end_ - sent_); }

  // What to send next, some of it. Stays where it is until it is removed, whatever is appended.
  std::vector<uv_buf_t> next_buffers();
  void remove(std::size_t sent_bytes);
  void clear();

 private:
  struct Piece {
    std::string owned;
    std::string_view borrowed;
    std::shared_ptr<const void> owner;  // of what is borrowed
    std::string_view bytes() const {
      if (borrowed.empty()) return owned;
      return borrowed;
    }
  };

  std::deque<Piece> pieces_;
  bool is_lent_ = false;        // the last piece may be under way: nothing may make it move
  std::size_t front_sent_ = 0;  // bytes of the first piece that are gone
  std::uint64_t end_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace cache
