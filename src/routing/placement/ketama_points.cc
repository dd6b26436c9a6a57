#include "routing/placement/ketama_points.h"

#include <array>
#include <string>
#include <string_view>

#include "routing/placement/crc32.h"

namespace cache {
namespace {

std::string ketama_name(const Server& server) {
  const std::string port = server.unix_socket ? "" : std::to_string(server.port);
  return server.host + '\0' + port;
}

std::array<char, 4> little_endian(std::uint32_t value) {
  return {static_cast<char>(value), static_cast<char>(value >> 8U), static_cast<char>(value >> 16U),
          static_cast<char>(value >> 24U)};
}

}  // namespace

std::vector<RingPoint> ketama_points(const std::vector<Server>& servers,
                                     std::uint32_t points_per_weight) {
  std::vector<RingPoint> points;
  for (std::uint32_t index = 0; index < servers.size(); ++index) {
    const std::uint32_t name = crc32(ketama_name(servers[index]));
    const std::uint64_t count = std::uint64_t{points_per_weight} * servers[index].weight;
    check_point_count(points.size() + count);
    std::uint32_t point = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto before = little_endian(point);
      point = crc32(std::string_view(before.data(), before.size()), name);
      points.push_back({point, index});
    }
  }
  return points;
}

}  // namespace cache
