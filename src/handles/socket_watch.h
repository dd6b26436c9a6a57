// A second hold on the socket that libmemcached keeps inside a handle.
#pragma once

#include <libmemcached-1.0/memcached.h>

#include <mutex>
#include <string>
#include <vector>

namespace cache {

// libmemcached does not tell its file descriptor, yet a thread that is blocked inside it can only
// be freed through the socket. The owner of the handle looks the descriptor up after each connect
// and holds a duplicate, so that no other thread ever touches a number that libmemcached may
// have closed and the process may have reused (H65).
//
// TCP: the descriptor whose local port is memcached_server_srcport and that has the peer of the
// handle's server. Unix sockets have no port: the one connected to the path that was not there
// before the connect; where several appear at once none is held, and a blocked thread is then
// freed by libmemcached's own poll timeout.
class SocketWatch {
 public:
  SocketWatch() = default;
  ~SocketWatch() { release(); }
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  // The thread that owns the handle: before it connects and after it has connected.
  void before_connect(const std::string& unix_path);
  void after_connect(const memcached_st& handle, const std::string& unix_path);
  void release();

  // The thread that owns the handle: false when the peer has closed the connection or when bytes
  // wait that nobody asked for, in both of which cases it must not be used again.
  bool is_quiet() const;

  // Any thread. Ends whatever blocks on the socket.
  void interrupt();
  // Any thread. Sends what the kernel holds back: libmemcached flushes a request whose size is a
  // multiple of its buffer with MSG_MORE, which costs 200 ms unless somebody pushes (section 1, row
  // 6).
  void push();

 private:
  mutable std::mutex mutex_;
  int duplicate_ = -1;
  std::vector<int> before_;
};

}  // namespace cache
