#include "pipelined/stream.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "pipelined/played_server.h"
#include "pipelined/send_queue.h"

namespace cache {
namespace {

class Recorder final : public Stream::Owner {
 public:
  void on_connected(int error) override { connected = error; }
  uv_buf_t receive_buffer() override { return uv_buf_init(buffer_, sizeof buffer_); }
  void on_received(const uv_buf_t& buffer, std::size_t length) override {
    received.append(buffer.base, length);
  }
  void on_end(int error) override { ended = error; }
  void on_writable(int error) override { writable = error; }

  std::optional<int> connected;
  std::optional<int> ended;
  std::optional<int> writable;
  std::string received;

 private:
  char buffer_[1000];
};

struct Loop {
  Loop() { REQUIRE(uv_loop_init(&loop) == 0); }
  ~Loop() {
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&loop) == 0);
  }
  void run_until_set(const std::optional<int>& result) {
    while (!result) uv_run(&loop, UV_RUN_ONCE);
  }
  uv_loop_t loop;
};

constexpr std::size_t kMuch = 16'000'000;

// A stream that is connected to a test's server, which reads nothing by itself.
struct Connected {
  explicit Connected(int receive_buffer = 0)
      : server(receive_buffer),
        stream(Stream::connect(loop.loop, owner, server.server(), "127.0.0.1", {}, error)) {
    loop.run_until_set(owner.connected);
    CHECK(*owner.connected == 0);
  }

  int error = 0;
  PlayedServer server;
  Loop loop;
  Recorder owner;
  std::unique_ptr<Stream> stream;
  PlayedConnection connection = server.accept();
};

}  // namespace

TEST_CASE("a stream brings bytes and the end") {
  Connected connected;
  CHECK(connected.stream->start_reading() == 0);
  connected.connection.send(std::string(2500, 'x'));
  connected.connection.end();
  connected.loop.run_until_set(connected.owner.ended);
  CHECK(connected.owner.received == std::string(2500, 'x'));
  CHECK(*connected.owner.ended == 0);
}

TEST_CASE("a stream tells of a reset") {
  Connected connected;
  CHECK(connected.stream->start_reading() == 0);
  connected.connection.reset();
  connected.loop.run_until_set(connected.owner.ended);
  CHECK(*connected.owner.ended == UV_ECONNRESET);
}

TEST_CASE("a stream sends what fits at once and the rest when it fits") {
  Connected connected(16 * 1024);
  SendQueue queue;
  const auto much = std::make_shared<std::string>(kMuch, 'm');
  queue.append_value(*much, much);
  CHECK(connected.stream->send(queue) == 0);
  CHECK(connected.stream->is_sending());
  CHECK(queue.sent() > 0);
  CHECK(queue.sent() < kMuch);
  CHECK_FALSE(connected.owner.writable);
  std::size_t received = 0;
  while (!connected.owner.writable) {
    const std::size_t length = std::min<std::size_t>(50'000, kMuch - received);
    received += connected.connection.receive(length).size();
    uv_run(&connected.loop.loop, UV_RUN_NOWAIT);
    REQUIRE(queue.sent() + connected.stream->taken_meanwhile() >= received);
  }
  CHECK(*connected.owner.writable == 0);
  CHECK_FALSE(connected.stream->is_sending());
  CHECK(queue.unsent() == 0);
}

TEST_CASE("what a stream had sent before it failed is not counted as unsent") {
  Connected connected(16 * 1024);
  SendQueue queue;
  const auto much = std::make_shared<std::string>(kMuch, 'm');
  queue.append_value(*much, much);
  CHECK(connected.stream->send(queue) == 0);
  std::size_t received = 0;
  while (received < kMuch * 2 / 3) {
    received += connected.connection.receive(10'000).size();
    uv_run(&connected.loop.loop, UV_RUN_NOWAIT);
  }
  connected.connection.reset();
  connected.loop.run_until_set(connected.owner.writable);
  CHECK(*connected.owner.writable < 0);
  CHECK(queue.sent() >= received);
}

TEST_CASE("a stream that is gone says nothing any more") {
  for (const bool is_sending : {false, true}) {
    CAPTURE(is_sending);
    SendQueue queue;
    Connected connected(16 * 1024);
    connected.stream->start_reading();
    const auto much = std::make_shared<std::string>(kMuch, 'm');
    if (is_sending) {
      queue.append_value(*much, much);
      connected.stream->send(queue);
    }
    connected.connection.send("something");
    connected.stream.reset();
    uv_run(&connected.loop.loop, UV_RUN_DEFAULT);
    CHECK(connected.owner.received.empty());
    CHECK_FALSE(connected.owner.ended);
    CHECK_FALSE(connected.owner.writable);
  }
}

TEST_CASE("a stream that is given up while it connects says nothing") {
  Loop loop;
  Recorder owner;
  const PlayedServer server;
  int error = 0;
  Stream::connect(loop.loop, owner, server.server(), "127.0.0.1", {}, error).reset();
  uv_run(&loop.loop, UV_RUN_DEFAULT);
  CHECK_FALSE(owner.connected);
}

TEST_CASE("a stream to nowhere says why") {
  Loop loop;
  Recorder owner;
  int error = 0;
  const auto refused =
      Stream::connect(loop.loop, owner, server_that_is_not_there(), "127.0.0.1", {}, error);
  loop.run_until_set(owner.connected);
  CHECK(*owner.connected == UV_ECONNREFUSED);
  const auto impossible =
      Stream::connect(loop.loop, owner, {.host = "x", .port = 1}, "no address", {}, error);
  CHECK(impossible == nullptr);
  CHECK(error == UV_EADDRNOTAVAIL);
}

}  // namespace cache
