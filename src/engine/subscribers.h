// The clients of an engine, for news of servers.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/outcome_sink.h"

namespace cache {

// Any thread.
class Subscribers {
 public:
  // News go to `sink` once, under the last id it was added with.
  void add(const std::weak_ptr<OutcomeSink>& sink, std::uint32_t id);
  void announce(Outcome news);

 private:
  struct Subscriber {
    std::weak_ptr<OutcomeSink> sink;
    std::uint32_t id;
  };

  std::mutex mutex_;
  std::vector<Subscriber> subscribers_;
};

}  // namespace cache
