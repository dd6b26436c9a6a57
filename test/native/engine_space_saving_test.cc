#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "engine/space_saving.h"

namespace cache {
namespace {

using Counts = std::map<std::string, std::uint64_t>;

// What the sketch says of a stream, and what is true of it.
struct Comparison {
  std::vector<HotKey> hot_keys;
  Counts truth;
  std::uint64_t total = 0;

  std::uint64_t true_count_of(const std::string& key) const {
    const auto found = truth.find(key);
    return found == truth.end() ? 0 : found->second;
  }
  bool has(const std::string& key) const {
    return std::any_of(hot_keys.begin(), hot_keys.end(),
                       [&](const HotKey& hot_key) { return hot_key.key == key; });
  }
};

Comparison compare(const std::vector<std::string>& stream, std::size_t capacity) {
  SpaceSaving sketch(capacity);
  Comparison comparison;
  for (const std::string& key : stream) {
    sketch.add(key);
    ++comparison.truth[key];
    ++comparison.total;
  }
  comparison.hot_keys = sketch.read();
  return comparison;
}

// The promises of Space-Saving, all of them.
void check_promises(const Comparison& comparison, std::size_t capacity) {
  CHECK(comparison.hot_keys.size() == std::min(capacity, comparison.truth.size()));
  std::uint64_t sum = 0;
  for (const HotKey& hot_key : comparison.hot_keys) {
    CAPTURE(hot_key.key);
    const std::uint64_t count = comparison.true_count_of(hot_key.key);
    CHECK(count <= hot_key.count);
    CHECK(hot_key.count - hot_key.error <= count);
    CHECK(hot_key.error <= comparison.total / capacity);
    sum += hot_key.count;
  }
  CHECK(sum == comparison.total);
  for (const auto& counted : comparison.truth) {
    CAPTURE(counted.first);
    if (counted.second > comparison.total / capacity) CHECK(comparison.has(counted.first));
  }
  CHECK(std::is_sorted(
      comparison.hot_keys.begin(), comparison.hot_keys.end(),
      [](const HotKey& left, const HotKey& right) { return left.count > right.count; }));
}

// Key n comes 1 / n^exponent as often as key 1, in an order that is the same every time.
std::vector<std::string> zipf(std::size_t keys, double exponent, std::size_t length) {
  std::vector<double> weights;
  for (std::size_t n = 1; n <= keys; ++n) weights.push_back(std::pow(n, -exponent));
  std::mt19937_64 random(20050105);  // NOLINT(bugprone-random-generator-seed): a repeatable test
  std::discrete_distribution<std::size_t> distribution(weights.begin(), weights.end());
  std::vector<std::string> stream;
  for (std::size_t i = 0; i < length; ++i) {
    stream.push_back("a key of some length:" + std::to_string(distribution(random) + 1));
  }
  return stream;
}

}  // namespace

TEST_CASE("while every key has a counter the counts are exact") {
  const Comparison comparison = compare({"b", "a", "b", "c", "b", "a"}, 3);
  REQUIRE(comparison.hot_keys.size() == 3);
  CHECK(comparison.hot_keys[0].key == "b");
  CHECK(comparison.hot_keys[0].count == 3);
  CHECK(comparison.hot_keys[1].key == "a");
  for (const HotKey& hot_key : comparison.hot_keys) CHECK(hot_key.error == 0);
}

TEST_CASE("a new key takes over the smallest counter, and its count as its error") {
  const Comparison comparison = compare({"a", "a", "a", "b", "b", "c"}, 2);
  REQUIRE(comparison.hot_keys.size() == 2);
  CHECK_FALSE(comparison.has("b"));
  for (const HotKey& hot_key : comparison.hot_keys) {
    CHECK(hot_key.count == 3);
    CHECK(hot_key.error == (hot_key.key == "c" ? 2 : 0));
  }
}

TEST_CASE("every promise holds on Zipf's distribution, whatever its skew and the capacity") {
  for (const double exponent : {0.0, 0.7, 1.0, 1.3}) {
    const auto stream = zipf(5000, exponent, 50'000);
    for (const std::size_t capacity : {1U, 10U, 100U, 1000U}) {
      CAPTURE(exponent);
      CAPTURE(capacity);
      check_promises(compare(stream, capacity), capacity);
    }
  }
}

TEST_CASE("of a skewed stream the ten most frequent keys are found with a hundred counters") {
  const Comparison comparison = compare(zipf(5000, 1.0, 50'000), 100);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < 10; ++i) found.push_back(comparison.hot_keys[i].key);
  for (int n = 1; n <= 10; ++n) {
    const std::string key = "a key of some length:" + std::to_string(n);
    CAPTURE(key);
    CHECK(std::count(found.begin(), found.end(), key) == 1);
  }
}

TEST_CASE("a stream that the smallest counter always just misses keeps every promise") {
  std::vector<std::string> stream;
  for (int i = 0; i < 10'000; ++i) stream.push_back(std::to_string(i % 11));
  check_promises(compare(stream, 10), 10);
}

TEST_CASE("nothing is known before the first key, and keys may hold any byte") {
  CHECK(SpaceSaving(5).read().empty());
  SpaceSaving sketch(5);
  sketch.add(std::string_view("a\0b", 3));
  CHECK(sketch.read().front().key == std::string("a\0b", 3));
}

}  // namespace cache
