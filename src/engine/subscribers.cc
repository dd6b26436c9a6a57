#include "engine/subscribers.h"

#include <utility>

namespace cache {

void Subscribers::add(const std::weak_ptr<OutcomeSink>& sink, std::uint32_t id) {
  const std::lock_guard lock(mutex_);
  const auto added = sink.lock();
  std::erase_if(subscribers_, [&added](const Subscriber& known) {
    const auto other = known.sink.lock();
    return !other || other == added;
  });
  subscribers_.push_back({sink, id});
}

void Subscribers::announce(Outcome news) {
  const std::lock_guard lock(mutex_);
  for (const auto& known : subscribers_) {
    const auto sink = known.sink.lock();
    if (!sink) continue;
    news.id = known.id;
    OutcomeBuffer buffer;
    buffer.append(news);
    sink->deliver(std::move(buffer));
  }
}

}  // namespace cache
