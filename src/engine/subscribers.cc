#include "engine/subscribers.h"

#include <utility>

namespace cache {

void Subscribers::add(const std::weak_ptr<OutcomeSink>& sink) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sinks_, [](const auto& known) { return known.expired(); });
  sinks_.push_back(sink);
}

void Subscribers::announce(const Outcome& news) {
  const std::lock_guard lock(mutex_);
  for (const auto& known : sinks_) {
    const auto sink = known.lock();
    if (!sink) continue;
    OutcomeBuffer buffer;
    buffer.append(news);
    sink->deliver(std::move(buffer));
  }
}

}  // namespace cache
