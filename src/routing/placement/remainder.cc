#include "routing/placement/remainder.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace cache {
namespace {

class Remainder final : public Placement {
 public:
  // `ends`: for each server, how many entries there are up to its last.
  Remainder(KeyHash hash, std::vector<std::uint64_t> ends) : hash_(hash), ends_(std::move(ends)) {}

  std::uint32_t server_of(std::string_view key) const noexcept override {
    const std::uint64_t entry = hash_(key) % ends_.back();
    return static_cast<std::uint32_t>(std::ranges::upper_bound(ends_, entry) - ends_.begin());
  }

 private:
  KeyHash hash_;
  std::vector<std::uint64_t> ends_;
};

}  // namespace

std::unique_ptr<Placement> plain_remainder(KeyHash hash, const std::vector<Server>& servers) {
  std::vector<std::uint64_t> ends(servers.size());
  std::iota(ends.begin(), ends.end(), 1);
  return std::make_unique<Remainder>(hash, std::move(ends));
}

std::unique_ptr<Placement> weighted_remainder(KeyHash hash, const std::vector<Server>& servers) {
  std::vector<std::uint64_t> ends;
  ends.reserve(servers.size());
  std::uint64_t end = 0;
  for (const Server& server : servers) ends.push_back(end += server.weight);
  return std::make_unique<Remainder>(hash, std::move(ends));
}

}  // namespace cache
