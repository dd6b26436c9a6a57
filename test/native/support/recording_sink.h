// A client that keeps all it is told.
#pragma once

#include <mutex>
#include <vector>

#include "engine/outcome_sink.h"
#include "support/packing.h"

namespace cache {

class RecordingSink final : public OutcomeSink {
 public:
  void deliver(OutcomeBuffer&& outcomes) noexcept override;

  // How often it was woken.
  std::size_t deliveries() const;
  // Answers so far.
  std::size_t answered() const;
  // Waits for `count` answers and gives them in the order of their ids. Fails the test when they do
  // not come or when an operation is answered twice.
  std::vector<Answered> answers(std::size_t count) const;

  // News of servers so far.
  std::vector<Answered> news() const;
  bool has_news(Status status) const;

 private:
  mutable std::mutex mutex_;
  std::size_t deliveries_ = 0;
  std::vector<Answered> answers_;
  std::vector<Answered> news_;
};

}  // namespace cache
