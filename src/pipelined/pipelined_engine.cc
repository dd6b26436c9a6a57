#include "pipelined/pipelined_engine.h"

#include <algorithm>
#include <utility>

namespace cache {

namespace {

// Answers what comes too late for `thread`, and says how many operations that were.
std::size_t refuse(IoThread& thread, const std::shared_ptr<Batch>& batch) {
  OutcomeBuffer outcomes;
  std::size_t refused = 0;
  for (std::uint32_t i = 0; i < batch->size(); ++i) {
    const Operation& operation = batch->operation(i);
    if (thread.servers()[operation.server] == nullptr) continue;
    ++refused;
    if (!batch->settle(i)) continue;
    outcomes.append({.id = operation.id, .status = Status::Closed, .server = operation.server});
  }
  if (outcomes.answers() > 0) batch->sink()->deliver(std::move(outcomes));
  return refused;
}

}  // namespace

PipelinedEngine::PipelinedEngine(const EngineConfig& config)
    : router_(config.servers, config.ring), hot_keys_(HotKeys::create(config.hot_keys)) {
  const auto& servers = router_.servers();
  const std::size_t count = std::min<std::size_t>(config.transport.io_threads, servers.size());
  for (std::size_t i = 0; i < count; ++i) {
    threads_.push_back(std::make_unique<IoThread>());
    threads_.back()->servers().resize(servers.size());
  }
  for (std::uint32_t index = 0; index < servers.size(); ++index) {
    IoThread& thread = *threads_[index % count];
    auto& link = thread.servers()[index];
    link =
        std::make_unique<ServerLink>(thread.io(), servers[index], config.transport, index,
                                     [this](const Outcome& news) { subscribers_.announce(news); });
    servers_.push_back(link.get());
  }
  // Every thread sees every batch.
  threads_.front()->count_keys_in(hot_keys_.get());
  for (const auto& thread : threads_) thread->start();
}

PipelinedEngine::~PipelinedEngine() { close(); }

void PipelinedEngine::submit(const std::shared_ptr<Batch>& batch) {
  taken_.fetch_add(batch->size(), std::memory_order_relaxed);
  for (const auto& thread : threads_) {
    if (!thread->push(batch)) taken_.fetch_sub(refuse(*thread, batch), std::memory_order_relaxed);
  }
}

void PipelinedEngine::close() {
  for (const auto& thread : threads_) thread->close();
}

bool PipelinedEngine::wait_closed(Deadline deadline) const {
  return std::all_of(threads_.begin(), threads_.end(),
                     [&](const auto& thread) { return thread->wait_ended(deadline); });
}

std::size_t PipelinedEngine::pending() const {
  std::uint64_t done = 0;
  for (const ServerLink* server : servers_) done += server->done();
  return static_cast<std::size_t>(taken_.load(std::memory_order_relaxed) - done);
}

void PipelinedEngine::subscribe(const std::weak_ptr<OutcomeSink>& sink, std::uint32_t id) {
  subscribers_.add(sink, id);
}

std::vector<ServerMetrics> PipelinedEngine::metrics() const {
  std::vector<ServerMetrics> all(servers_.size());
  for (std::size_t i = 0; i < servers_.size(); ++i) servers_[i]->read_metrics(all[i]);
  return all;
}

}  // namespace cache
