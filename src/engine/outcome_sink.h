// Where an engine hands its answers to: one a client.
#pragma once

#include "engine/outcome_buffer.h"

namespace cache {

class OutcomeSink {
 public:
  OutcomeSink() = default;
  OutcomeSink(const OutcomeSink&) = delete;
  OutcomeSink& operator=(const OutcomeSink&) = delete;
  virtual ~OutcomeSink() = default;

  // Called by engine threads, several at once; must not block and must not throw.
  virtual void deliver(OutcomeBuffer&& outcomes) noexcept = 0;
};

}  // namespace cache
