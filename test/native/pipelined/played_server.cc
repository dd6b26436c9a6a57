#include "pipelined/played_server.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

#include "support/eventually.h"

namespace cache {

namespace {

constexpr int kBacklog = 64;
constexpr std::chrono::milliseconds kWhile{60};

bool is_readable(const FileDescriptor& socket, std::chrono::milliseconds wait) {
  pollfd readable{socket.get(), POLLIN, 0};
  return poll(&readable, 1, static_cast<int>(wait.count())) > 0;
}

}  // namespace

std::string PlayedConnection::receive(std::size_t length) {
  std::string received;
  std::string chunk(std::min<std::size_t>(length, 1U << 20U), '\0');
  while (received.size() < length) {
    REQUIRE(is_readable(socket_, kPatience));
    const std::size_t wanted = std::min(chunk.size(), length - received.size());
    const ssize_t count = recv(socket_.get(), chunk.data(), wanted, 0);
    if (count <= 0) break;
    received.append(chunk, 0, static_cast<std::size_t>(count));
  }
  return received;
}

std::string PlayedConnection::receive_rest() { return receive(std::string::npos); }

bool PlayedConnection::is_silent() const { return !is_readable(socket_, kWhile); }

void PlayedConnection::send(std::string_view bytes) { REQUIRE(try_send(bytes)); }

bool PlayedConnection::try_send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void PlayedConnection::end() { socket_ = FileDescriptor(); }

void PlayedConnection::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket_ = FileDescriptor();
}

PlayedServer::PlayedServer(int receive_buffer) : port_(bind_to_free_port()) {
  if (receive_buffer > 0) {
    setsockopt(port_.socket.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  REQUIRE(listen(port_.socket.get(), kBacklog) == 0);
}

PlayedConnection PlayedServer::accept() {
  REQUIRE(is_readable(port_.socket, kPatience));
  return PlayedConnection(
      FileDescriptor(accept4(port_.socket.get(), nullptr, nullptr, SOCK_CLOEXEC)));
}

bool PlayedServer::is_left_alone() const { return !is_readable(port_.socket, kWhile); }

}  // namespace cache
