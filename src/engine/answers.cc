#include "engine/answers.h"

namespace cache {

namespace {
// A large multi-get arrives in parts of about this size, so that the client decodes one while the
// next is read.
constexpr std::size_t kFlushBytes = 256 * 1024;
}  // namespace

void Answers::settle(const QueuedOperation& queued, Outcome outcome) {
  if (queued.batch->settle(queued.index)) tell(queued, outcome);
}

void Answers::tell(const QueuedOperation& queued, Outcome outcome) {
  const Operation& operation = queued.operation();
  outcome.id = operation.id;
  outcome.server = server_;
  outcome.maybe_applied = outcome.maybe_applied && is_change(operation);
  metrics_.record(operation.command, outcome.status, latency_of(queued));

  OutcomeBuffer& buffer = buffer_of(queued.batch->sink());
  buffer.append(outcome);
  if (buffer.bytes().size() >= kFlushBytes) flush();
}

void Answers::settle_received(const QueuedOperation& queued, OutcomeBuffer&& buffer) {
  if (!queued.batch->settle(queued.index)) return;
  metrics_.record(queued.operation().command, Status::Ok, latency_of(queued));
  queued.batch->sink()->deliver(std::move(buffer));
}

void Answers::flush() {
  for (auto& [sink, buffer] : buffers_) sink->deliver(std::move(buffer));
  buffers_.clear();
  now_ = {};
}

Clock::duration Answers::latency_of(const QueuedOperation& queued) {
  if (now_ == Deadline{}) now_ = Clock::now();
  return now_ - queued.batch->submitted();
}

OutcomeBuffer& Answers::buffer_of(const std::shared_ptr<OutcomeSink>& sink) {
  for (auto& [known, buffer] : buffers_) {
    if (known == sink) return buffer;
  }
  return buffers_.emplace_back(sink, OutcomeBuffer()).second;
}

}  // namespace cache
