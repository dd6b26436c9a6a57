// Settles operations and hands their outcomes to the clients they belong to.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/batch.h"
#include "engine/metrics.h"

namespace cache {

// Collects the outcomes of some operations, which may come from several clients, so that each
// client is woken once. Flushes when it goes out of scope. One thread.
class Answers {
 public:
  Answers(std::uint32_t server, MetricsRecorder& metrics) : server_(server), metrics_(metrics) {}
  ~Answers() { flush(); }
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  // Gives `outcome` to the operation, unless it was settled before. Copies the value.
  void settle(const QueuedOperation& queued, Outcome outcome);

  // The same for an operation that the caller has just settled itself.
  void tell(const QueuedOperation& queued, Outcome outcome);

  // The outcome of a value that was received in its place: `buffer` holds it and nothing else, with
  // the operation's id. Dropped when the operation was settled before.
  void settle_received(const QueuedOperation& queued, OutcomeBuffer&& buffer);

  // The number of the server, for whoever packs an outcome itself.
  std::uint32_t server() const { return server_; }

  bool empty() const { return buffers_.empty(); }
  void flush();

 private:
  OutcomeBuffer& buffer_of(const std::shared_ptr<OutcomeSink>& sink);
  Clock::duration latency_of(const QueuedOperation& queued);

  std::uint32_t server_;
  MetricsRecorder& metrics_;
  std::vector<std::pair<std::shared_ptr<OutcomeSink>, OutcomeBuffer>> buffers_;
  Deadline now_{};  // read once for all that is settled between two flushes
};

}  // namespace cache
