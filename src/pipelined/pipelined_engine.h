// Engine 1: the text protocol, pipelined, on I/O threads of our own.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/engine.h"
#include "engine/subscribers.h"
#include "pipelined/io_thread.h"

namespace cache {

class PipelinedEngine final : public Engine {
 public:
  // Starts its threads, and opens no connection before the first operation. Throws RingError, and
  // std::runtime_error where there are no threads or descriptors left.
  explicit PipelinedEngine(const EngineConfig& config);
  ~PipelinedEngine() override;
  PipelinedEngine(const PipelinedEngine&) = delete;
  PipelinedEngine& operator=(const PipelinedEngine&) = delete;

  void submit(const std::shared_ptr<Batch>& batch) override;
  void close() override;
  bool wait_closed(Deadline deadline) const override;
  std::size_t pending() const override;
  void subscribe(const std::weak_ptr<OutcomeSink>& sink, std::uint32_t id) override;
  std::vector<ServerMetrics> metrics() const override;
  const HotKeys* hot_keys() const override { return hot_keys_.get(); }
  const Router& router() const override { return router_; }

 private:
  const Router router_;
  Subscribers subscribers_;
  const std::unique_ptr<HotKeys> hot_keys_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::vector<ServerLink*> servers_;  // by their index; the threads own them
  std::atomic<std::uint64_t> taken_{0};
};

}  // namespace cache
