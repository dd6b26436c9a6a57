#include "routing/placement/rendezvous.h"

#include <string>
#include <utility>

#include "routing/placement/murmur3.h"
#include "routing/placement/server_names.h"
#include "routing/placement/text.h"

namespace cache {
namespace {

// Python's characters, of which pymemcache hashes the low byte.
void add_text(Murmur3& hash, std::string_view text) {
  while (!text.empty()) hash.add(static_cast<std::uint8_t>(take_character(text)));
}

class Rendezvous final : public Placement {
 public:
  explicit Rendezvous(const std::vector<Server>& servers) {
    for (const Server& server : servers) {
      std::string name = plain_name(server);
      Murmur3 start;
      add_text(start, name + "-");
      nodes_.push_back({std::move(name), start});
    }
  }

  std::uint32_t server_of(std::string_view key) const noexcept override {
    std::uint32_t winner = 0;
    std::uint32_t highest = nodes_[0].score_of(key);
    for (std::uint32_t index = 1; index < nodes_.size(); ++index) {
      const std::uint32_t score = nodes_[index].score_of(key);
      const bool later_name = nodes_[index].name > nodes_[winner].name;
      if (score < highest || (score == highest && !later_name)) continue;
      winner = index;
      highest = score;
    }
    return winner;
  }

 private:
  struct Node {
    std::string name;
    Murmur3 start;  // of every text that begins with the name

    std::uint32_t score_of(std::string_view key) const {
      Murmur3 hash = start;
      add_text(hash, key);
      return hash.value();
    }
  };
  std::vector<Node> nodes_;
};

}  // namespace

std::unique_ptr<Placement> rendezvous(const std::vector<Server>& servers) {
  return std::make_unique<Rendezvous>(servers);
}

}  // namespace cache
