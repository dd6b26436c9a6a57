// One server, as one I/O thread sees it.
#pragma once

#include <uv.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/answers.h"
#include "engine/breaker.h"
#include "engine/byte_pool.h"
#include "engine/config.h"
#include "engine/metrics.h"
#include "engine/resolver.h"

namespace cache {

class Pipeline;

// What all servers of one I/O thread share.
struct IoContext {
  uv_loop_t loop{};
  Resolver resolver;
  // Replies are read from here before the next are received: one buffer serves all connections.
  std::array<char, std::size_t{64} * 1024> receive_buffer{};
  std::shared_ptr<BytePool> large_values = std::make_shared<BytePool>();
  bool closing = false;
};

// Connections to one server and what they share. The thread of the loop, but for the atomics.
class ServerLink {
 public:
  // `announce` tells the clients that the breaker has opened (ServerWentDown) or closed.
  ServerLink(IoContext& io, const Server& server, const Transport& transport, std::uint32_t index,
             std::function<void(const Outcome&)> announce);
  ~ServerLink();
  ServerLink(const ServerLink&) = delete;
  ServerLink& operator=(const ServerLink&) = delete;

  void push(QueuedOperation&& operation);
  // Sends what was pushed, and hands out the answers that have come.
  void flush();
  bool watch(Deadline now);
  void close();

  // What a connection tells.
  void record_failure(Status status);
  void record_success();
  void count_connection(bool opened);
  void count_done() { ++done_; }

  IoContext& io() { return io_; }
  const Server& server() const { return server_; }
  const Transport& transport() const { return transport_; }
  Breaker& breaker() { return breaker_; }
  Answers& answers() { return answers_; }

  // Any thread; as of the last flush.
  std::uint64_t done() const { return published_done_.load(std::memory_order_acquire); }
  std::size_t pending() const { return pending_.load(std::memory_order_relaxed); }
  void read_metrics(ServerMetrics& metrics) const;

 private:
  void publish();

  IoContext& io_;
  const Server server_;
  const Transport transport_;
  const std::uint32_t index_;
  const std::function<void(const Outcome&)> announce_;
  Breaker breaker_;
  MetricsRecorder metrics_;
  Answers answers_;
  std::vector<std::unique_ptr<Pipeline>> pipelines_;
  std::uint64_t done_ = 0;
  std::atomic<std::uint64_t> published_done_{0};
  std::atomic<std::size_t> pending_{0};
  std::atomic<std::uint32_t> connections_{0};
  std::atomic<std::uint64_t> connects_{0};
};

}  // namespace cache
