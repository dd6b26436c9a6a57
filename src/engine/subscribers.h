// The clients of an engine, for news of servers.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "engine/outcome_sink.h"

namespace cache {

// Any thread.
class Subscribers {
 public:
  void add(const std::weak_ptr<OutcomeSink>& sink);
  void announce(const Outcome& news);

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<OutcomeSink>> sinks_;
};

}  // namespace cache
