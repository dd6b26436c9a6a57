// The contract both engines obey (docs/architecture.md, "Rules").
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/batch.h"
#include "engine/config.h"
#include "engine/hot_keys.h"
#include "engine/metrics.h"
#include "engine/outcome_sink.h"
#include "routing/router.h"

namespace cache {

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  // Closes, then waits for the engine's threads, which takes milliseconds: not on a JavaScript
  // thread (native/ hands the last reference to a thread of its own).
  virtual ~Engine() = default;

  // Takes the operations of `batch` in their order. Answers every one of them to the batch's sink,
  // once, by its deadline + 50 ms, unless it was settled elsewhere. Operations on one key take
  // effect in the order they were submitted. Any thread; does not block on I/O.
  virtual void submit(const std::shared_ptr<Batch>& batch) = 0;

  // Answers everything unanswered with Closed and drops the connections; later batches likewise.
  // Idempotent, does not wait. Any thread.
  virtual void close() = 0;

  // Whether the engine's threads have ended, after close(), by `deadline`. Blocks.
  virtual bool wait_closed(Deadline deadline) const = 0;

  // Operations taken and not yet answered. Any thread.
  virtual std::size_t pending() const = 0;

  // News of servers (ServerWentDown, ServerCameUp) also go to this sink, until it is gone, with
  // `id` as theirs: the last one it was subscribed with.
  virtual void subscribe(const std::weak_ptr<OutcomeSink>& sink, std::uint32_t id) = 0;

  // One entry a server, in the order of the router's indices. Any thread.
  virtual std::vector<ServerMetrics> metrics() const = 0;

  // The keys asked for most, as they are sent, or null where the configuration wants none counted.
  // Any thread.
  virtual const HotKeys* hot_keys() const = 0;

  // Never changes: another list of servers is another engine. Any thread.
  virtual const Router& router() const = 0;
};

}  // namespace cache
