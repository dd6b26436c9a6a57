#include "pipelined/send_queue.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

namespace cache {
namespace {

constexpr std::size_t kLarge = 100'000;

std::string next_bytes(SendQueue& queue) {
  std::string bytes;
  for (const uv_buf_t& buffer : queue.next_buffers()) bytes.append(buffer.base, buffer.len);
  return bytes;
}

bool refers_to(SendQueue& queue, const std::string& value) {
  for (const uv_buf_t& buffer : queue.next_buffers()) {
    if (buffer.base == value.data()) return true;
  }
  return false;
}

// All that is in the queue, taken out in steps of `step`.
std::string drained(SendQueue& queue, std::size_t step) {
  std::string all;
  while (queue.unsent() > 0) {
    const std::size_t before = all.size();
    for (const uv_buf_t& buffer : queue.next_buffers()) {
      all.append(buffer.base, std::min(buffer.len, before + step - all.size()));
    }
    REQUIRE(all.size() > before);
    queue.remove(all.size() - before);
    REQUIRE(queue.sent() == all.size());
  }
  return all;
}

}  // namespace

TEST_CASE("a send queue that is empty has nothing to send") {
  SendQueue queue;
  CHECK(queue.end() == 0);
  CHECK(queue.sent() == 0);
  CHECK(queue.unsent() == 0);
  CHECK(next_bytes(queue).empty());
  queue.append("");
  queue.append_value("", nullptr);
  queue.remove(0);
  CHECK(queue.unsent() == 0);
  CHECK(next_bytes(queue).empty());
}

TEST_CASE("what is appended is sent in its order, small requests in one piece") {
  SendQueue queue;
  queue.append("set key 0 0 5\r\n");
  queue.append_value("value", nullptr);
  queue.append("\r\n");
  queue.append("get key\r\n");
  CHECK(queue.next_buffers().size() == 1);
  CHECK(next_bytes(queue) == "set key 0 0 5\r\nvalue\r\nget key\r\n");
  CHECK(queue.end() == 31);
  CHECK(queue.unsent() == 31);
}

TEST_CASE("a small value is copied, a large one is sent from where it lies") {
  SendQueue queue;
  std::string small(100, 's');
  const std::string large(kLarge, 'l');
  queue.append_value(small, nullptr);
  queue.append_value(large, nullptr);
  queue.append("\r\n");
  CHECK_FALSE(refers_to(queue, small));
  CHECK(refers_to(queue, large));
  small.assign(100, '?');
  CHECK(next_bytes(queue) == std::string(100, 's') + large + "\r\n");
}

TEST_CASE(
    "a queue keeps the owner of a large value until all of it is sent, and of a small one not") {
  SendQueue queue;
  const auto large = std::make_shared<std::string>(kLarge, 'l');
  const auto small = std::make_shared<std::string>(10, 's');
  queue.append_value(*large, large);
  queue.append_value(*small, small);
  CHECK(large.use_count() == 2);
  CHECK(small.use_count() == 1);
  queue.remove(kLarge - 1);
  CHECK(large.use_count() == 2);
  queue.remove(1);
  CHECK(large.use_count() == 1);
  queue.append_value(*large, large);
  queue.clear();
  CHECK(large.use_count() == 1);
}

TEST_CASE("any part of a queue can be sent") {
  const std::string large(kLarge, 'l');
  const std::string before = "set a 0 0 100000\r\n";
  const std::string after = "\r\nget b\r\n";
  const std::string all = before + large + after;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i <= before.size() + 3; ++i) positions.push_back(i);
  for (std::size_t i = all.size() - after.size() - 3; i <= all.size(); ++i) positions.push_back(i);
  for (const std::size_t position : positions) {
    CAPTURE(position);
    SendQueue queue;
    queue.append(before);
    queue.append_value(large, nullptr);
    queue.append(after);
    queue.remove(position);
    CHECK(queue.sent() == position);
    CHECK(queue.end() == all.size());
    CHECK(queue.unsent() == all.size() - position);
    CHECK(next_bytes(queue) == all.substr(position));
    queue.append("more");
    CHECK(next_bytes(queue) == all.substr(position) + "more");
    CHECK(queue.end() == all.size() + 4);
    queue.remove(queue.unsent());
    CHECK(next_bytes(queue).empty());
    queue.append("yet more");
    CHECK(next_bytes(queue) == "yet more");
    CHECK(queue.end() == all.size() + 12);
  }
}

TEST_CASE("a queue gives the same bytes, however they are taken out") {
  std::mt19937 random(20240229);
  std::vector<std::string> values;
  for (int i = 0; i < 60; ++i) {
    values.emplace_back(random() % (i % 6 == 0 ? kLarge : 300), static_cast<char>('a' + i % 26));
  }
  for (const std::size_t step : {37, 4096, 65536, 10'000'000}) {
    CAPTURE(step);
    SendQueue queue;
    std::string expected;
    for (const std::string& value : values) {
      queue.append("header\r\n");
      queue.append_value(value, nullptr);
      queue.append("\r\n");
      expected += "header\r\n" + value + "\r\n";
    }
    CHECK(queue.end() == expected.size());
    CHECK(drained(queue, step) == expected);
    CHECK(queue.end() == queue.sent());
  }
}

TEST_CASE("what is being sent stays where it is while more is appended") {
  SendQueue queue;
  const std::string first(1000, 'f');
  queue.append(first);
  const auto under_way = queue.next_buffers();
  for (int i = 0; i < 1000; ++i) queue.append("get another\r\n");
  std::string sent;
  for (const uv_buf_t& buffer : under_way) sent.append(buffer.base, buffer.len);
  CHECK(sent == first);
}

TEST_CASE("a queue that was cleared begins again at position 0") {
  SendQueue queue;
  const std::string large(kLarge, 'l');
  queue.append("get key\r\n");
  queue.append_value(large, nullptr);
  queue.remove(50);
  queue.clear();
  CHECK(queue.end() == 0);
  CHECK(queue.sent() == 0);
  CHECK(next_bytes(queue).empty());
  queue.append("get other\r\n");
  CHECK(next_bytes(queue) == "get other\r\n");
  CHECK(queue.end() == 11);
}

}  // namespace cache
