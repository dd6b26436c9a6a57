#include "support/recording_sink.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "support/eventually.h"

namespace cache {

void RecordingSink::deliver(OutcomeBuffer&& outcomes) noexcept {
  const OutcomeBuffer taken = std::move(outcomes);
  const std::lock_guard lock(mutex_);
  ++deliveries_;
  for (Answered& answered : unpacked(taken.bytes())) {
    (is_answer(answered.status) ? answers_ : news_).push_back(std::move(answered));
  }
}

std::size_t RecordingSink::deliveries() const {
  const std::lock_guard lock(mutex_);
  return deliveries_;
}

std::size_t RecordingSink::answered() const {
  const std::lock_guard lock(mutex_);
  return answers_.size();
}

std::vector<Answered> RecordingSink::answers(std::size_t count) const {
  REQUIRE(eventually([&] { return answered() >= count; }));
  const std::lock_guard lock(mutex_);
  std::vector<Answered> sorted = answers_;
  std::ranges::sort(sorted, {}, &Answered::id);
  REQUIRE(sorted.size() == count);
  const auto same_id = [](const Answered& a, const Answered& b) { return a.id == b.id; };
  REQUIRE(std::ranges::adjacent_find(sorted, same_id) == sorted.end());
  return sorted;
}

std::vector<Answered> RecordingSink::news() const {
  const std::lock_guard lock(mutex_);
  return news_;
}

bool RecordingSink::has_news(Status status) const {
  return std::ranges::count(news(), status, &Answered::status) > 0;
}

}  // namespace cache
