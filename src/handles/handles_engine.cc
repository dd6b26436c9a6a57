#include "handles/handles_engine.h"

#include <algorithm>
#include <string>
#include <utility>

#include "handles/get_many.h"
#include "handles/system_libraries.h"
#include "routing/unsupported_error.h"

namespace cache {

namespace {

// Older releases hand one client's reply to another after a timeout (H01, GHSA-wwmh-39wj-fx59).
constexpr int kOldestVersion[] = {1, 1, 4};

void require_library_version() {
  const char* version = memcached_lib_version();
  int found[3] = {};
  if (std::sscanf(version, "%d.%d.%d", &found[0], &found[1], &found[2]) == 3 &&
      !std::lexicographical_compare(found, found + 3, kOldestVersion, kOldestVersion + 3)) {
    return;
  }
  throw UnsupportedError(
      "engine 'libmemcached' needs libmemcached 1.1.4 or later, and " + std::string(version) +
      " is installed; install a newer package (Debian, Ubuntu: libmemcached11; Fedora: "
      "libmemcached-awesome; Alpine, macOS: libmemcached)");
}

}  // namespace

HandlesEngine::HandlesEngine(const EngineConfig& config)
    : router_(config.servers, config.ring),
      lanes_per_server_(config.transport.connections),
      hot_keys_(HotKeys::create(config.hot_keys)) {
  require_library_version();
  // libmemcached's exit handler would tear libsasl2 down under a login that is under way (H18). It
  // counts its users: this one stays to the end.
  if (!config.transport.username.empty()) keep_sasl();
  const auto resolver = std::make_shared<Resolver>();
  for (const Server& server : router_.servers()) add_server(server, config.transport, resolver);
  watchdog_ = std::make_unique<Watchdog>([this](Deadline now) { return watch(now); });
}

// The lanes' threads end before the watchdog, which they call and which may have to free them.
HandlesEngine::~HandlesEngine() {
  close();
  for (const auto& server : servers_) {
    for (const auto& lane : server->lanes) lane->join();
  }
  watchdog_.reset();
}

void HandlesEngine::add_server(const Server& server, const Transport& transport,
                               const std::shared_ptr<Resolver>& resolver) {
  const auto index = static_cast<std::uint32_t>(servers_.size());
  auto& added = *servers_.emplace_back(new ServerLanes{{server, transport, resolver, index}, {}});
  // The server is there: the other lanes connect before they are needed, so that no operation
  // waits for a handshake, and a server that then hangs is not met by a lane without a connection.
  added.state.on_first_connection = [&added] {
    for (const auto& lane : added.lanes) lane->request_connection();
  };
  added.state.on_breaker_opened = [this, &added, index] {
    for (const auto& lane : added.lanes) lane->fail_queued(added.state.breaker.reason());
    subscribers_.announce({.status = Status::ServerWentDown,
                           .server = index,
                           .number = static_cast<std::uint64_t>(added.state.breaker.reason())});
    watchdog_->wake();
  };
  added.state.on_breaker_closed = [this, index] {
    subscribers_.announce({.status = Status::ServerCameUp, .server = index});
  };
  added.state.wake_watchdog = [this] { watchdog_->hurry(); };
  for (std::size_t i = 0; i < lanes_per_server_; ++i) {
    added.lanes.push_back(std::make_unique<Lane>(added.state));
  }
}

// The operations of one batch on their way to the lanes: one lock and one wake-up for each lane,
// however many go to it.
class HandlesEngine::Distribution {
 public:
  Distribution(const std::vector<std::unique_ptr<ServerLanes>>& servers, std::size_t lanes)
      : servers_(servers), lanes_(lanes), shares_(servers.size() * lanes) {}

  void add(const std::shared_ptr<Batch>& batch, std::uint32_t index) {
    const Operation& operation = batch->operation(index);
    if (is_server_wide(operation.command)) {
      share(operation.server, 0).push_back({batch, index});
      return;
    }
    const KeyOrder::Group group = KeyOrder::group_of(operation.key);
    const std::size_t lane = servers_[operation.server]->state.order.join(group, [&] {
      return static_cast<std::uint32_t>(is_read(operation.command)
                                            ? lane_for_read(operation.server)
                                            : lane_for_write(operation.server));
    });
    share(operation.server, lane).push_back({batch, index, group});
  }

  void push() {
    for (std::size_t i = 0; i < shares_.size(); ++i) {
      if (!shares_[i].empty()) servers_[i / lanes_]->lanes[i % lanes_]->push(std::move(shares_[i]));
    }
  }

 private:
  static constexpr std::size_t kRoom = 2 * kMaxReadsTogether;

  std::vector<QueuedOperation>& share(std::size_t server, std::size_t lane) {
    return shares_[server * lanes_ + lane];
  }
  // Operations that one more would wait for. A lane that must connect first is a few of them away,
  // and one that is stuck as many as there is room for.
  std::size_t wait(std::size_t server, std::size_t number) {
    const Lane& lane = *servers_[server]->lanes[number];
    constexpr std::size_t kHandshake = 4;
    return lane.load() + share(server, number).size() + (lane.is_connected() ? 0 : kHandshake) +
           (lane.is_stuck() ? kRoom : 0);
  }

  // Reads gather on the first lane that has room, because the more of them travel together the less
  // each costs.
  std::size_t lane_for_read(std::size_t server) {
    for (std::size_t lane = 0; lane < lanes_; ++lane) {
      if (wait(server, lane) < kRoom) return lane;
    }
    return lane_for_write(server);
  }

  // Writes spread, because each waits for its reply; last lanes first, out of the reads' way.
  std::size_t lane_for_write(std::size_t server) {
    std::size_t best = lanes_ - 1;
    for (std::size_t lane = lanes_ - 1; lane-- > 0;) {
      if (wait(server, lane) < wait(server, best)) best = lane;
    }
    return best;
  }

  const std::vector<std::unique_ptr<ServerLanes>>& servers_;
  const std::size_t lanes_;
  std::vector<std::vector<QueuedOperation>> shares_;
};

void HandlesEngine::submit(const std::shared_ptr<Batch>& batch) {
  if (hot_keys_) hot_keys_->count(*batch);
  Distribution distribution(servers_, lanes_per_server_);
  for (std::uint32_t i = 0; i < batch->size(); ++i) distribution.add(batch, i);
  distribution.push();
  watchdog_->wake();
}

void HandlesEngine::close() {
  for (const auto& server : servers_) {
    for (const auto& lane : server->lanes) lane->close();
  }
}

bool HandlesEngine::wait_closed(Deadline deadline) const {
  for (const auto& server : servers_) {
    for (const auto& lane : server->lanes) {
      if (!lane->wait_ended(deadline)) return false;
    }
  }
  return true;
}

std::size_t HandlesEngine::pending() const {
  std::size_t pending = 0;
  for (const auto& server : servers_) {
    for (const auto& lane : server->lanes) pending += lane->load();
  }
  return pending;
}

void HandlesEngine::subscribe(const std::weak_ptr<OutcomeSink>& sink, std::uint32_t id) {
  subscribers_.add(sink, id);
}

bool HandlesEngine::watch(Deadline now) {
  bool something_to_watch = false;
  for (const auto& server : servers_) {
    for (const auto& lane : server->lanes) something_to_watch |= lane->watch(now);
    if (server->state.breaker.take_probe(now)) probe(*server);
    something_to_watch |= server->state.breaker.is_open();
  }
  return something_to_watch;
}

// Nothing new is queued meanwhile, but a lane may still be at an operation that takes its time.
void HandlesEngine::probe(const ServerLanes& server) {
  const auto& lanes = server.lanes;
  const auto idlest =
      std::ranges::min_element(lanes, {}, [](const auto& lane) { return lane->load(); });
  (*idlest)->request_connection();
}

std::vector<ServerMetrics> HandlesEngine::metrics() const {
  std::vector<ServerMetrics> all;
  for (const auto& server : servers_) {
    ServerMetrics& metrics = all.emplace_back();
    metrics.commands = server->state.metrics.read();
    for (const auto& lane : server->lanes) metrics.pending += lane->load();
    metrics.connections = server->state.connections;
    metrics.connects = server->state.connects;
    metrics.breaker_open = server->state.breaker.is_open();
  }
  return all;
}

}  // namespace cache
