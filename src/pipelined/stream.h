// A TCP connection or a unix socket on a libuv loop.
#pragma once

#include <uv.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "engine/config.h"
#include "pipelined/send_queue.h"

namespace cache {

// All of it: the thread of the loop. Errors are libuv's, negative.
class Stream {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void on_connected(int error) = 0;
    // Where to put what arrives next, and how much.
    virtual uv_buf_t receive_buffer() = 0;
    virtual void on_received(const uv_buf_t& buffer, std::size_t length) = 0;
    // Nothing comes any more: 0 at the end of the stream.
    virtual void on_end(int error) = 0;
    // The socket takes more again.
    virtual void on_writable(int error) = 0;
  };

  // `address` is an IP literal, or the path of a unix socket. Null, and an `error`, where it cannot
  // even begin.
  static std::unique_ptr<Stream> connect(uv_loop_t& loop, Owner& owner, const Server& server,
                                         const std::string& address, const Transport& transport,
                                         int& error);
  // Closes; the owner hears nothing any more.
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  int start_reading();

  // Sends what the socket takes now and removes it from `queue`. Where it does not take all, what
  // comes next is under way until on_writable. Returns an error or 0.
  int send(SendQueue& queue);
  bool is_sending() const { return sending_ > 0; }
  // Bytes that `queue` still counts as unsent although the socket has taken them.
  std::size_t taken_meanwhile() const;

 private:
  struct Handle;  // outlives the Stream until libuv has closed it

  Stream() = default;
  int set_options(const Transport& transport);

  Handle* handle_ = nullptr;
  SendQueue* queue_ = nullptr;
  std::size_t sending_ = 0;
};

}  // namespace cache
