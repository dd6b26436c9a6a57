#include "handles/socket_watch.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

namespace cache {

namespace {

struct SocketName {
  sockaddr_storage address{};
  socklen_t length = sizeof(sockaddr_storage);

  std::uint16_t port() const {
    if (address.ss_family == AF_INET) {
      return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    }
    if (address.ss_family == AF_INET6) {
      return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    }
    return 0;
  }
  bool is_unix_path(const std::string& path) const {
    return address.ss_family == AF_UNIX &&
           path == reinterpret_cast<const sockaddr_un&>(address).sun_path;
  }
};

bool has_local_port(int descriptor, std::uint16_t port) {
  SocketName name;
  return getsockname(descriptor, reinterpret_cast<sockaddr*>(&name.address), &name.length) == 0 &&
         name.port() == port;
}

bool has_peer(int descriptor, std::uint16_t port, const std::string& unix_path) {
  SocketName name;
  if (getpeername(descriptor, reinterpret_cast<sockaddr*>(&name.address), &name.length) != 0) {
    return false;
  }
  return unix_path.empty() ? name.port() == port : name.is_unix_path(unix_path);
}

std::vector<int> open_descriptors() {
#if defined(__linux__)
  constexpr const char* kDirectory = "/proc/self/fd";
#else
  constexpr const char* kDirectory = "/dev/fd";
#endif
  std::vector<int> descriptors;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(kDirectory), &closedir);
  if (!directory) return descriptors;
  while (const dirent* entry = readdir(directory.get())) {
    if (entry->d_name[0] != '.') descriptors.push_back(std::atoi(entry->d_name));
  }
  return descriptors;
}

std::vector<int> descriptors_connected_to(const std::string& unix_path) {
  std::vector<int> found = open_descriptors();
  std::erase_if(found, [&](int descriptor) { return !has_peer(descriptor, 0, unix_path); });
  return found;
}

}  // namespace

void SocketWatch::before_connect(const std::string& unix_path) {
  release();
  before_.clear();
  if (!unix_path.empty()) before_ = descriptors_connected_to(unix_path);
}

void SocketWatch::after_connect(const memcached_st& handle, const std::string& unix_path) {
  const memcached_instance_st* server = memcached_server_instance_by_position(&handle, 0);
  const std::uint16_t local_port = memcached_server_srcport(server);
  const std::uint16_t peer_port = memcached_server_port(server);

  const auto is_ours = [&](int descriptor) {
    return has_peer(descriptor, peer_port, unix_path) &&
           (!unix_path.empty() || has_local_port(descriptor, local_port));
  };
  std::vector<int> candidates = open_descriptors();
  std::erase_if(candidates, [&](int descriptor) {
    return !is_ours(descriptor) ||
           std::find(before_.begin(), before_.end(), descriptor) != before_.end();
  });
  if (candidates.size() != 1) return;

  const int duplicate = fcntl(candidates.front(), F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) return;
  if (!is_ours(duplicate)) {  // closed by its owner, and reused, before it was duplicated
    close(duplicate);
    return;
  }
  const std::lock_guard lock(mutex_);
  duplicate_ = duplicate;
}

void SocketWatch::release() {
  const std::lock_guard lock(mutex_);
  if (duplicate_ >= 0) close(duplicate_);
  duplicate_ = -1;
}

bool SocketWatch::is_quiet() const {
  const std::lock_guard lock(mutex_);
  if (duplicate_ < 0) return true;
  pollfd waiting{duplicate_, POLLIN, 0};
  return poll(&waiting, 1, 0) == 0;
}

void SocketWatch::interrupt() {
  const std::lock_guard lock(mutex_);
  if (duplicate_ >= 0) shutdown(duplicate_, SHUT_RDWR);
}

void SocketWatch::push() {
  const std::lock_guard lock(mutex_);
  if (duplicate_ < 0) return;
  const int on = 1;
  setsockopt(duplicate_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace cache
