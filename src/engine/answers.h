// Settles operations and hands their outcomes to the clients they belong to.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/batch.h"
#include "engine/metrics.h"

namespace cache {

// Collects the outcomes of one run of operations, which may come from several clients, so that
// each client is woken once. Flushes when it goes out of scope; must not outlive the operations
// (their batches own the sinks). One thread.
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

  void flush();

 private:
  OutcomeBuffer& buffer_of(OutcomeSink& sink);

  std::uint32_t server_;
  MetricsRecorder& metrics_;
  std::vector<std::pair<OutcomeSink*, OutcomeBuffer>> buffers_;
};

}  // namespace cache
