// A private memcached for a test.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/config.h"
#include "support/temporary_directory.h"

namespace cache {

enum class Listen : std::uint8_t { Port, UnixSocket };

// Runs from the constructor to the destructor, on a free port of 127.0.0.1 or on a unix socket in a
// directory of its own, and accepts connections all that time but for the calls below. To be
// created by the main thread: the kernel ends it with the thread that forked.
class MemcachedProcess {
 public:
  // Throws std::runtime_error when memcached does not start.
  explicit MemcachedProcess(Listen listen = Listen::Port, std::vector<std::string> options = {});
  ~MemcachedProcess();
  MemcachedProcess(const MemcachedProcess&) = delete;
  MemcachedProcess& operator=(const MemcachedProcess&) = delete;

  const Server& server() const { return server_; }
  pid_t pid() const { return pid_; }

  // SIGSTOP: the kernel goes on to accept connections and bytes, nobody answers them.
  void suspend();
  void resume();

  // SIGKILL.
  void kill();
  // After kill(): another process at the same address, empty.
  void restart();

 private:
  std::vector<std::string> command() const;
  void choose_address();
  bool start();
  bool accepts_connections() const;
  bool has_ended();

  const Listen listen_;
  const std::vector<std::string> options_;
  const TemporaryDirectory directory_;  // of the unix socket
  Server server_;
  pid_t pid_ = -1;
};

}  // namespace cache
