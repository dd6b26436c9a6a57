// Of a socket that takes no more: what may have been applied, and what is safe to send again.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "pipelined/played.h"
#include "support/eventually.h"

namespace cache {
namespace {

constexpr std::size_t kWrites = 12'000;
constexpr int kSmallBuffer = 16 * 1024;

// All requests are equally long.
Request write_number(std::size_t number) {
  return set("key" + std::to_string(100'000 + number), std::string(1000, 'v'));
}

std::string text_of(std::size_t number) {
  const Request write = write_number(number);
  return "set " + write.key + " 0 0 1000\r\n" + write.value + "\r\n";
}

std::vector<Request> many_writes(std::chrono::milliseconds timeout) {
  std::vector<Request> writes;
  for (std::size_t i = 0; i < kWrites; ++i) writes.push_back(within(timeout, write_number(i)));
  return writes;
}

// How many requests there is a byte of in `received`, which holds nothing else.
std::size_t begun_in(const std::string& received) {
  const std::size_t length = text_of(0).size();
  const std::size_t begun = (received.size() + length - 1) / length;
  std::string expected;
  for (std::size_t i = 0; i < begun; ++i) expected += text_of(i);
  CHECK(expected.starts_with(received));
  return begun;
}

void check_maybe_applied(const std::vector<Answered>& answers, Status status, std::size_t begun) {
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const bool is_right = answers[i].status == status && answers[i].maybe_applied == (i < begun);
    wrong += is_right ? 0 : 1;
  }
  CHECK(wrong == 0);
  CHECK(begun > 0);
  CHECK(begun < answers.size());
}

constexpr std::chrono::seconds kLongTime{60};
// A busy machine has sent the first by then, too.
constexpr std::chrono::seconds kSentByThen{2};

// The server takes what is left for it, on a new connection.
void check_sent_again(Played& played, std::size_t first) {
  PlayedConnection connection = played.server.accept();
  std::string expected;
  std::string replies;
  for (std::size_t i = first; i < kWrites; ++i) {
    expected += text_of(i);
    replies += "STORED\r\n";
  }
  const bool is_expected = connection.receive(expected.size()) == expected;
  CHECK(is_expected);
  connection.send(replies);
}

}  // namespace

TEST_CASE("what was appended while a socket was full arrives as it was written") {
  Played played(kSmallBuffer);
  std::vector<Turn> turns;
  std::string expected;
  std::string replies;
  for (std::size_t i = 0; i < 200; ++i) {
    std::vector<Request> requests{write_number(i), get("key")};
    // Large enough for the socket to be full from the first on.
    if (i == 0) requests[0].value.assign(6'000'000, 'f');
    expected += "set " + requests[0].key + " 0 0 " + std::to_string(requests[0].value.size()) +
                "\r\n" + requests[0].value + "\r\nget key\r\n";
    replies += "STORED\r\nEND\r\n";
    turns.emplace_back(played.engine, requests);
  }
  PlayedConnection connection = played.server.accept();
  std::string received = connection.receive(expected.size() / 2);
  for (std::size_t i = 0; i < 200; ++i) {
    turns.emplace_back(played.engine, std::vector{write_number(i)});
    expected += text_of(i);
    replies += "STORED\r\n";
    received += connection.receive(5000);
  }
  received += connection.receive(expected.size() - received.size());
  CHECK(received == expected);
  connection.send(replies);
  for (const Turn& turn : turns) {
    for (const Answered& answered : turn.answers()) CHECK_FALSE(is_failure(answered.status));
  }
}

TEST_CASE("after a timeout exactly those may have been applied of which the kernel has a byte") {
  Played played(kSmallBuffer);
  const Turn turn(played.engine, many_writes(kSentByThen));
  PlayedConnection connection = played.server.accept();
  const auto answers = turn.answers();
  check_maybe_applied(answers, Status::Timeout, begun_in(connection.receive_rest()));
  CHECK(played.server.is_left_alone());
}

TEST_CASE("after a close exactly those may have been applied of which the kernel has a byte") {
  Played played(kSmallBuffer);
  const Turn turn(played.engine, many_writes(kLongTime));
  PlayedConnection connection = played.server.accept();
  CHECK(connection.receive(10) == text_of(0).substr(0, 10));
  played.engine.close();
  const auto answers = turn.answers();
  const std::size_t begun = begun_in(text_of(0).substr(0, 10) + connection.receive_rest());
  check_maybe_applied(answers, Status::Closed, begun);
}

TEST_CASE("writes of which the kernel has no byte are sent on a new connection, the others never") {
  Played played(kSmallBuffer);
  std::vector<Request> writes = many_writes(kLongTime);
  writes[0].timeout = kSentByThen;
  const Turn turn(played.engine, writes);
  PlayedConnection first = played.server.accept();
  REQUIRE(eventually([&] { return turn.answered() > 0; }));
  const std::size_t begun = begun_in(first.receive_rest());
  check_sent_again(played, begun);
  const auto answers = turn.answers();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < kWrites; ++i) {
    const bool failed = is_failure(answers[i].status) && answers[i].maybe_applied;
    wrong += failed == (i < begun) && (failed || answers[i].status == Status::Ok) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a reset makes no write be sent twice") {
  Played played(kSmallBuffer);
  const Turn turn(played.engine, many_writes(kLongTime));
  PlayedConnection first = played.server.accept();
  const std::size_t begun = begun_in(first.receive(100'000));
  first.reset();
  // Answers come in parts, and are published before the rest is said to be pending.
  CHECK(eventually([&] {
    const std::size_t pending = played.engine.metrics()[0].pending;
    return turn.answered() > 0 && turn.answered() + pending == kWrites;
  }));
  const std::size_t failed = turn.answered();
  CHECK(failed >= begun);
  check_sent_again(played, failed);
  const auto answers = turn.answers();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < kWrites; ++i) {
    const Answered& answered = answers[i];
    const bool is_right = i < failed
                              ? answered.status == Status::Connection && answered.maybe_applied
                              : answered.status == Status::Ok;
    wrong += is_right ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a request of which the kernel has a part is not sent again") {
  Played played(kSmallBuffer);
  const Turn turn(played.engine, {set("large", std::string(8'000'000, 'l')), set("next", "1")});
  PlayedConnection first = played.server.accept();
  CHECK(first.receive(1) == "s");
  first.reset();
  PlayedConnection second = played.server.accept();
  check_received(second, "set next 0 0 1\r\n1\r\n");
  second.send("STORED\r\n");
  const auto answers = turn.answers();
  CHECK(answers[0].status == Status::Connection);
  CHECK(answers[0].maybe_applied);
  CHECK(answers[1].status == Status::Ok);
}

TEST_CASE("a reply that comes before any byte of its request is sent is nobody's") {
  Played played(kSmallBuffer);
  const Turn turn(played.engine, many_writes(kLongTime));
  PlayedConnection first = played.server.accept();
  CHECK(first.receive(1) == "s");
  std::string some;
  for (int i = 0; i < 50; ++i) some += "STORED\r\n";
  const auto is_given_up = [&] { return played.engine.metrics()[0].connects > 1; };
  for (std::size_t sent = 0; !is_given_up();) {
    sent += 50;
    first.send(some);
    REQUIRE(eventually([&] { return turn.answered() >= sent || is_given_up(); }));
  }
  const std::size_t begun = begun_in("s" + first.receive_rest());
  CHECK(turn.answered() == begun);
  check_sent_again(played, begun);
  std::size_t failed = 0;
  for (const Answered& answered : turn.answers()) failed += is_failure(answered.status) ? 1 : 0;
  CHECK(failed == 0);
}

}  // namespace cache
