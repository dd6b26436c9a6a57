#include "pipelined/stream.h"

#include <netinet/in.h>

namespace cache {

struct Stream::Handle {
  union {
    uv_handle_t any;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  };
  uv_connect_t connect;
  uv_write_t write;
  bool is_tcp;
  Stream* stream_object;  // null once it is gone
  Owner* owner;

  static Handle& of(void* data) { return *static_cast<Handle*>(data); }
};

std::unique_ptr<Stream> Stream::connect(uv_loop_t& loop, Owner& owner, const Server& server,
                                        const std::string& address, const Transport& transport,
                                        int& error) {
  std::unique_ptr<Stream> stream(new Stream);
  auto* handle = new Handle{};
  stream->handle_ = handle;
  handle->stream_object = stream.get();
  handle->owner = &owner;
  handle->is_tcp = !server.unix_socket;
  handle->connect.data = handle;
  handle->write.data = handle;

  const auto on_connect = [](uv_connect_t* request, int error) {
    const Handle& connected = Handle::of(request->data);
    if (connected.stream_object != nullptr) connected.owner->on_connected(error);
  };
  if (server.unix_socket) {
    uv_pipe_init(&loop, &handle->pipe, 0);
    handle->any.data = handle;
    uv_pipe_connect(&handle->connect, &handle->pipe, address.c_str(), on_connect);
    return stream;
  }
  uv_tcp_init(&loop, &handle->tcp);
  handle->any.data = handle;
  sockaddr_storage target{};
  auto* ipv4 = reinterpret_cast<sockaddr_in*>(&target);
  auto* ipv6 = reinterpret_cast<sockaddr_in6*>(&target);
  if (uv_ip4_addr(address.c_str(), server.port, ipv4) != 0 &&
      uv_ip6_addr(address.c_str(), server.port, ipv6) != 0) {
    error = UV_EADDRNOTAVAIL;
    return nullptr;
  }
  error = uv_tcp_connect(&handle->connect, &handle->tcp, reinterpret_cast<sockaddr*>(&target),
                         on_connect);
  if (error != 0) return nullptr;
  stream->set_options(transport);
  return stream;
}

Stream::~Stream() {
  handle_->stream_object = nullptr;
  uv_close(&handle_->any, [](uv_handle_t* handle) { delete &Handle::of(handle->data); });
}

int Stream::set_options(const Transport& transport) {
  uv_tcp_nodelay(&handle_->tcp, transport.no_delay ? 1 : 0);
  return uv_tcp_keepalive(&handle_->tcp, transport.keep_alive_s > 0 ? 1 : 0,
                          transport.keep_alive_s);
}

int Stream::start_reading() {
  return uv_read_start(
      &handle_->stream,
      [](uv_handle_t* handle, std::size_t /*suggested*/, uv_buf_t* buffer) {
        *buffer = Handle::of(handle->data).owner->receive_buffer();
      },
      [](uv_stream_t* stream, ssize_t length, const uv_buf_t* buffer) {
        const Handle& handle = Handle::of(stream->data);
        if (handle.stream_object == nullptr || length == 0) return;
        if (length > 0) {
          handle.owner->on_received(*buffer, static_cast<std::size_t>(length));
        } else {
          handle.owner->on_end(length == UV_EOF ? 0 : static_cast<int>(length));
        }
      });
}

int Stream::send(SendQueue& queue) {
  while (queue.unsent() > 0 && !is_sending()) {
    const auto buffers = queue.next_buffers();
    const auto count = static_cast<unsigned int>(buffers.size());
    const int taken = uv_try_write(&handle_->stream, buffers.data(), count);
    if (taken >= 0) {
      queue.remove(static_cast<std::size_t>(taken));
      continue;
    }
    if (taken != UV_EAGAIN) return taken;

    queue_ = &queue;
    for (const uv_buf_t& buffer : buffers) sending_ += buffer.len;
    const int error = uv_write(&handle_->write, &handle_->stream, buffers.data(), count,
                               [](uv_write_t* request, int failed) {
                                 const Handle& handle = Handle::of(request->data);
                                 Stream* stream = handle.stream_object;
                                 if (stream == nullptr) return;
                                 // How much of it had gone before it failed is not known any
                                 // more: all of it may have.
                                 stream->queue_->remove(stream->sending_);
                                 stream->sending_ = 0;
                                 handle.owner->on_writable(failed);
                               });
    if (error != 0) return error;
  }
  return 0;
}

std::size_t Stream::taken_meanwhile() const {
  return is_sending() ? sending_ - uv_stream_get_write_queue_size(&handle_->stream) : 0;
}

}  // namespace cache
