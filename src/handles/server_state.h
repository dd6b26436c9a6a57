// What the lanes of one server share.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "engine/breaker.h"
#include "engine/metrics.h"
#include "engine/outcome.h"
#include "handles/connection.h"
#include "handles/key_order.h"

namespace cache {

struct ServerState {
  ServerState(Server server, const Transport& transport, std::shared_ptr<Resolver> resolver,
              std::uint32_t index_in_ring)
      : endpoint(std::move(server), transport, std::move(resolver)), index(index_in_ring) {}

  Endpoint endpoint;
  const std::uint32_t index;
  Breaker breaker;
  MetricsRecorder metrics;
  KeyOrder order;
  std::atomic<std::uint32_t> connections{0};
  std::atomic<std::uint64_t> connects{0};

  // Set once before any lane starts. Called by lane threads without a lock of theirs held.
  std::function<void()> on_first_connection;
  std::function<void()> on_breaker_opened;
  std::function<void()> on_breaker_closed;
  std::function<void()> wake_watchdog;
};

}  // namespace cache
