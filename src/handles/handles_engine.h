// Engine 2: libmemcached's pooled handles and its protocol engine, text and binary, SASL.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/resolver.h"
#include "engine/subscribers.h"
#include "handles/lane.h"
#include "handles/server_state.h"
#include "handles/watchdog.h"

namespace cache {

class HandlesEngine final : public Engine {
 public:
  // Opens no connection and starts no lane before the first operation. Throws RingError,
  // UnsupportedError and std::invalid_argument.
  explicit HandlesEngine(const EngineConfig& config);
  ~HandlesEngine() override;
  HandlesEngine(const HandlesEngine&) = delete;
  HandlesEngine& operator=(const HandlesEngine&) = delete;

  void submit(const std::shared_ptr<Batch>& batch) override;
  void close() override;
  bool wait_closed(Deadline deadline) const override;
  std::size_t pending() const override;
  void subscribe(const std::weak_ptr<OutcomeSink>& sink, std::uint32_t id) override;
  std::vector<ServerMetrics> metrics() const override;
  const HotKeys* hot_keys() const override { return hot_keys_.get(); }
  const Router& router() const override { return router_; }

 private:
  struct ServerLanes {
    ServerState state;
    std::vector<std::unique_ptr<Lane>> lanes;
  };

  void add_server(const Server& server, const Transport& transport,
                  const std::shared_ptr<Resolver>& resolver);
  class Distribution;
  bool watch(Deadline now);
  static void probe(const ServerLanes& server);

  const Router router_;
  const std::size_t lanes_per_server_;
  Subscribers subscribers_;
  const std::unique_ptr<HotKeys> hot_keys_;
  std::vector<std::unique_ptr<ServerLanes>> servers_;
  std::unique_ptr<Watchdog> watchdog_;
};

}  // namespace cache
