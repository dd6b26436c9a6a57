// Engines that clients of one process share.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "engine/config.h"
#include "engine/engine.h"

namespace cache {

// Clients with equal servers and options get one engine, and with it its connections, across
// JavaScript threads too. The registry holds weak references: the last client ends an engine.
// Any thread.
class EngineRegistry {
 public:
  // An engine for `config`: where `shared`, the one that an equal client already has. Throws
  // RingError, UnsupportedError and std::invalid_argument.
  std::shared_ptr<Engine> acquire(const EngineConfig& config, bool shared);

  // Closes `engine` if nobody else uses it; no later client gets it then. The caller still holds
  // it.
  void close_if_unused(const std::shared_ptr<Engine>& engine);

  // Closes every engine and waits for their threads until `deadline`. For the end of the process:
  // libsasl2 is torn down by an exit handler, under the feet of any thread that logs in (H18).
  void close_all(Deadline deadline);

 private:
  struct Entry {
    EngineConfig config;
    bool shared;
    std::weak_ptr<Engine> engine;
  };
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace cache
