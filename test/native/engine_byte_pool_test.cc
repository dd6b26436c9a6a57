// Memory that is used again.
#include <doctest/doctest.h>

#include <set>
#include <vector>

#include "engine/byte_pool.h"

namespace cache {
namespace {

constexpr std::size_t kLarge = 100'000;

// Where the pool's pieces lie, as many as it has and one more.
std::set<char*> taken_at_once(const std::shared_ptr<BytePool>& pool, std::size_t count) {
  std::vector<BytePool::Bytes> pieces;
  std::set<char*> places;
  for (std::size_t i = 0; i < count; ++i) {
    pieces.push_back(BytePool::take(pool, kLarge));
    places.insert(pieces.back().get());
  }
  return places;
}

}  // namespace

TEST_CASE("a large piece is used again, for as much or less") {
  const auto pool = std::make_shared<BytePool>();
  char* const place = BytePool::take(pool, kLarge).get();
  CHECK(BytePool::take(pool, kLarge).get() == place);
  CHECK(BytePool::take(pool, kLarge - 30'000).get() == place);
  CHECK(BytePool::take(pool, kLarge / 3).get() != place);
}

TEST_CASE("a piece that is in use is nobody else's") {
  const auto pool = std::make_shared<BytePool>();
  CHECK(taken_at_once(pool, 10).size() == 10);
}

TEST_CASE("what a piece is asked for can be written") {
  const auto pool = std::make_shared<BytePool>();
  for (const std::size_t size : {std::size_t{1}, kLarge, kLarge * 7, kLarge * 100}) {
    const auto piece = BytePool::take(pool, size);
    std::fill_n(piece.get(), size, 'x');
    CHECK(piece.get()[size - 1] == 'x');
  }
}

TEST_CASE("a piece may outlive whoever took it, and need no pool") {
  auto pool = std::make_shared<BytePool>();
  auto piece = BytePool::take(pool, kLarge);
  pool.reset();
  piece.get()[0] = 'x';
  CHECK(BytePool::take(nullptr, kLarge).get() != nullptr);
}

}  // namespace cache
