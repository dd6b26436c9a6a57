// A server whose part a test plays itself, byte by byte, without a thread of its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/config.h"
#include "support/file_descriptor.h"
#include "support/loopback.h"

namespace cache {

class PlayedConnection {
 public:
  explicit PlayedConnection(FileDescriptor socket) : socket_(std::move(socket)) {}

  // The next `length` bytes. Waits for them; fewer where the client ends the connection.
  std::string receive(std::size_t length);
  // All bytes until the client ends the connection. Waits for that.
  std::string receive_rest();
  // Whether no byte and no end comes for a while.
  bool is_silent() const;

  void send(std::string_view bytes);
  // False if the client has left.
  bool try_send(std::string_view bytes);
  // Ends the connection in order: what was sent arrives.
  void end();
  // Ends it with an RST, which overtakes whatever is on its way.
  void reset();

 private:
  FileDescriptor socket_;
};

class PlayedServer {
 public:
  // `receive_buffer` bytes wait in the kernel at the most, 0 for the system's own choice.
  explicit PlayedServer(int receive_buffer = 0);

  Server server() const { return loopback(port_.port); }

  // Waits for the client.
  PlayedConnection accept();
  // Whether nobody calls for a while.
  bool is_left_alone() const;

 private:
  const BoundPort port_;
};

}  // namespace cache
