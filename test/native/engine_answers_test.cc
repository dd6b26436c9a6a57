#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "engine/answers.h"
#include "routing/support.h"
#include "support/client.h"

namespace cache {
namespace {

constexpr std::uint32_t kServer = 5;

struct Client {
  std::shared_ptr<RecordingSink> sink = std::make_shared<RecordingSink>();
  std::shared_ptr<Batch> batch;

  explicit Client(std::size_t reads) {
    const std::string bytes = packed(std::vector<Request>(reads, get("key")));
    const Router router(servers_of(1), {.hash = "md5", .ketama = Ketama::Off});
    batch = std::make_shared<Batch>(bytes.data(), bytes.size(), reads, router, Clock::now(), sink);
  }
  QueuedOperation operation(std::uint32_t index) const { return {batch, index}; }
};

CommandMetrics gets_of(const MetricsRecorder& recorder) {
  return recorder.read()[static_cast<std::size_t>(Command::Get)];
}

}  // namespace

TEST_CASE("an answer carries the id of its operation and the server of its lane") {
  MetricsRecorder metrics;
  const Client client(2);
  Answers answers(kServer, metrics);
  answers.settle(client.operation(1), {.status = Status::Ok, .flags = 3, .value = "value"});
  answers.flush();

  const auto all = client.sink->answers(1);
  CHECK(all[0].id == 1);
  CHECK(all[0].server == kServer);
  CHECK(all[0].flags == 3);
  CHECK(all[0].value == "value");
}

TEST_CASE("each client is woken once a run, with its own answers") {
  MetricsRecorder metrics;
  const Client one(2);
  const Client other(3);
  {
    Answers answers(kServer, metrics);
    answers.settle(other.operation(2), {.status = Status::Miss});
    answers.settle(one.operation(1), {.status = Status::Ok});
    answers.settle(other.operation(0), {.status = Status::Miss});
    answers.settle(one.operation(0), {.status = Status::Ok});
    answers.settle(other.operation(1), {.status = Status::Miss});
    CHECK(one.sink->deliveries() == 0);
  }  // flushes
  CHECK(one.sink->deliveries() == 1);
  CHECK(other.sink->deliveries() == 1);
  for (const Answered& answered : one.sink->answers(2)) CHECK(answered.status == Status::Ok);
  for (const Answered& answered : other.sink->answers(3)) CHECK(answered.status == Status::Miss);
}

TEST_CASE("an operation that somebody else has settled is not answered and not counted") {
  MetricsRecorder metrics;
  const Client client(1);
  REQUIRE(client.batch->settle_unsent(0));
  {
    Answers answers(kServer, metrics);
    answers.settle(client.operation(0), {.status = Status::Ok});
  }
  CHECK(client.sink->deliveries() == 0);
  CHECK(gets_of(metrics).count == 0);
}

TEST_CASE("whoever settled an operation itself tells it") {
  MetricsRecorder metrics;
  const Client client(1);
  REQUIRE(client.batch->settle_unsent(0));
  Answers(kServer, metrics).tell(client.operation(0), {.status = Status::Timeout});
  CHECK(client.sink->answers(1)[0].status == Status::Timeout);
}

TEST_CASE("a value that was received in its place goes to the client at once") {
  MetricsRecorder metrics;
  const Client client(2);
  OutcomeBuffer buffer;
  buffer.append({.id = 1, .server = kServer, .value = "value"});
  Answers answers(kServer, metrics);
  answers.settle_received(client.operation(1), std::move(buffer));
  CHECK(client.sink->answers(1)[0].value == "value");
  CHECK(gets_of(metrics).count == 1);
}

TEST_CASE("a value that was received too late is dropped") {
  MetricsRecorder metrics;
  const Client client(1);
  REQUIRE(client.batch->settle(0));
  OutcomeBuffer buffer;
  buffer.append({.value = "value"});
  Answers(kServer, metrics).settle_received(client.operation(0), std::move(buffer));
  CHECK(client.sink->deliveries() == 0);
  CHECK(gets_of(metrics).count == 0);
}

TEST_CASE("answers are counted once, by what became of them") {
  MetricsRecorder metrics;
  const Client client(3);
  {
    Answers answers(kServer, metrics);
    answers.settle(client.operation(0), {.status = Status::Ok});
    answers.settle(client.operation(1), {.status = Status::Miss});
    answers.settle(client.operation(2), {.status = Status::Timeout});
    answers.settle(client.operation(2), {.status = Status::Timeout});
  }
  CHECK(gets_of(metrics).count == 3);
  CHECK(gets_of(metrics).misses == 1);
  CHECK(gets_of(metrics).failures == 1);
}

TEST_CASE("large answers come in parts, so that the client can begin with them") {
  MetricsRecorder metrics;
  const Client client(8);
  const std::string value(100 * 1024, 'v');
  {
    Answers answers(kServer, metrics);
    for (std::uint32_t i = 0; i < 8; ++i) answers.settle(client.operation(i), {.value = value});
    CHECK(client.sink->deliveries() > 1);
  }
  for (const Answered& answered : client.sink->answers(8)) CHECK(answered.value == value);
}

}  // namespace cache
