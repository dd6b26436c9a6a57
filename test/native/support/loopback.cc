#include "support/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <random>
#include <stdexcept>

namespace cache {

namespace {

constexpr std::uint16_t kFirstPort = 10240;
constexpr std::uint16_t kLastPort = 32767;
constexpr int kAttempts = 100;

}  // namespace

BoundPort bind_to_free_port() {
  std::random_device random;
  std::uniform_int_distribution<std::uint16_t> ports(kFirstPort, kLastPort);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    FileDescriptor bound(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::uint16_t port = ports(random);
    address.sin_port = htons(port);
    if (bind(bound.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      return {std::move(bound), port};
    }
  }
  throw std::runtime_error("no free port of 127.0.0.1 was found");
}

}  // namespace cache
