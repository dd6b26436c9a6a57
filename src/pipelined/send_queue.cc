#include "pipelined/send_queue.h"

#include <utility>

namespace cache {

namespace {
// Below this a copy is cheaper than a piece of its own.
constexpr std::size_t kLentValue = 16 * 1024;
// What the kernel takes in one call (UIO_MAXIOV is 1024; more than this never helped).
constexpr std::size_t kMostBuffers = 64;
// A piece is not appended to any more once it is this long.
constexpr std::size_t kPieceBytes = 64 * 1024;
}  // namespace

void SendQueue::append(std::string_view bytes) {
  if (is_lent_ || pieces_.empty() || !pieces_.back().borrowed.empty() ||
      pieces_.back().owned.size() > kPieceBytes) {
    pieces_.emplace_back();
    is_lent_ = false;
  }
  pieces_.back().owned.append(bytes);
  end_ += bytes.size();
}

void SendQueue::append_value(std::string_view bytes, const std::shared_ptr<const void>& owner) {
  if (bytes.size() < kLentValue) return append(bytes);
  pieces_.push_back({{}, bytes, owner});
  end_ += bytes.size();
}

std::vector<uv_buf_t> SendQueue::next_buffers() {
  is_lent_ = true;
  std::vector<uv_buf_t> buffers;
  std::size_t skip = front_sent_;
  for (const Piece& piece : pieces_) {
    if (buffers.size() == kMostBuffers) break;
    const std::string_view bytes = piece.bytes().substr(std::exchange(skip, 0));
    // libuv takes a char*, and only reads from it.
    buffers.push_back(
        uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned int>(bytes.size())));
  }
  return buffers;
}

void SendQueue::remove(std::size_t sent_bytes) {
  sent_ += sent_bytes;
  front_sent_ += sent_bytes;
  while (!pieces_.empty() && front_sent_ >= pieces_.front().bytes().size()) {
    front_sent_ -= pieces_.front().bytes().size();
    pieces_.pop_front();
  }
}

void SendQueue::clear() {
  pieces_.clear();
  front_sent_ = 0;
  end_ = sent_ = 0;
}

}  // namespace cache
