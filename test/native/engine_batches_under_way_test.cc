#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/batches_under_way.h"
#include "routing/support.h"
#include "support/client.h"

namespace cache {
namespace {

std::shared_ptr<Batch> a_batch() {
  static const Router kRouter(servers_of(1), {.hash = "md5", .ketama = Ketama::Off});
  const std::string bytes = packed({get("key")});
  return std::make_shared<Batch>(bytes.data(), bytes.size(), 1, kRouter, Clock::now(),
                                 std::make_shared<RecordingSink>());
}

}  // namespace

TEST_CASE("batches are found by their numbers until they are answered") {
  BatchesUnderWay batches;
  std::vector<std::shared_ptr<Batch>> kept;
  for (std::uint32_t number = 0; number < 1000; ++number) {
    const auto batch = a_batch();
    batches.add(batch);
    if (number % 7 == 0) kept.push_back(batch);
  }
  for (std::uint32_t number = 0; number < 1000; ++number) {
    CHECK(batches.find(number) == (number % 7 == 0 ? kept[number / 7] : nullptr));
  }
  CHECK(batches.find(1000) == nullptr);
}

TEST_CASE("one that is never answered does not keep those after it") {
  BatchesUnderWay batches;
  const auto first = a_batch();
  batches.add(first);
  for (int i = 0; i < 100'000; ++i) batches.add(a_batch());
  CHECK(batches.size() < 100);
  CHECK(batches.find(0) == first);
}

}  // namespace cache
