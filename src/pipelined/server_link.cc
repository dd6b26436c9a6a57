#include "pipelined/server_link.h"

#include <functional>
#include <string_view>
#include <utility>

#include "pipelined/pipeline.h"

namespace cache {

ServerLink::ServerLink(IoContext& io, const Server& server, const Transport& transport,
                       std::uint32_t index, std::function<void(const Outcome&)> announce)
    : io_(io),
      server_(server),
      transport_(transport),
      index_(index),
      announce_(std::move(announce)),
      answers_(index, metrics_) {
  for (std::uint32_t i = 0; i < transport.connections; ++i) {
    pipelines_.push_back(std::make_unique<Pipeline>(*this));
  }
}

ServerLink::~ServerLink() = default;

// A key always takes the same connection, so that its operations keep their order.
void ServerLink::push(QueuedOperation&& operation) {
  const std::size_t connection =
      pipelines_.size() == 1 || is_server_wide(operation.operation().command)
          ? 0
          : std::hash<std::string_view>{}(operation.operation().key) % pipelines_.size();
  pipelines_[connection]->push(std::move(operation));
}

void ServerLink::flush() {
  for (const auto& pipeline : pipelines_) pipeline->flush();
  answers_.flush();
  publish();
}

void ServerLink::publish() {
  std::size_t pending = 0;
  for (const auto& pipeline : pipelines_) pending += pipeline->pending();
  pending_.store(pending, std::memory_order_relaxed);
  published_done_.store(done_, std::memory_order_release);
}

bool ServerLink::watch(Deadline now) {
  bool something_to_watch = false;
  if (breaker_.take_probe(now)) pipelines_.front()->probe();
  for (const auto& pipeline : pipelines_) something_to_watch |= pipeline->watch(now);
  return something_to_watch ||
         breaker_.is_open();  // what has just run out of time may have opened it
}

void ServerLink::close() {
  for (const auto& pipeline : pipelines_) pipeline->close();
  answers_.flush();
  publish();
}

void ServerLink::record_failure(Status status) {
  if (io_.closing || !breaker_.record_failure(status, Clock::now())) return;
  for (const auto& pipeline : pipelines_) pipeline->fail_queued(breaker_.reason());
  announce_({.status = Status::ServerWentDown,
             .server = index_,
             .number = static_cast<std::uint64_t>(breaker_.reason())});
}

void ServerLink::record_success() {
  if (breaker_.record_success()) announce_({.status = Status::ServerCameUp, .server = index_});
}

void ServerLink::count_connection(bool opened) {
  if (opened) {
    ++connections_;
    ++connects_;
  } else {
    --connections_;
  }
}

void ServerLink::read_metrics(ServerMetrics& metrics) const {
  metrics.commands = metrics_.read();
  metrics.pending = pending_;
  metrics.connections = connections_;
  metrics.connects = connects_;
  metrics.breaker_open = breaker_.is_open();
}

}  // namespace cache
