// Every command, against a real memcached.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pipelined/played.h"
#include "support/memcached_process.h"

namespace cache {
namespace {

struct Real {
  explicit Real(Listen listen = Listen::Port, std::uint32_t connections = kOneConnection,
                std::vector<std::string> options = {})
      : memcached(listen, std::move(options)), engine(pipelined(memcached.server(), connections)) {}

  MemcachedProcess memcached;
  PipelinedEngine engine;
};

Request counter(Command command, std::uint64_t delta, std::optional<std::uint64_t> initial = {}) {
  Request counter = request(command, "counter");
  counter.number = delta;
  counter.initial = initial;
  return counter;
}

std::vector<Status> statuses_of(const std::vector<Answered>& answers) {
  std::vector<Status> statuses;
  for (const Answered& answered : answers) statuses.push_back(answered.status);
  return statuses;
}

using Statuses = std::vector<Status>;

}  // namespace

TEST_CASE("storage commands do what memcached does, in one turn") {
  for (const Listen listen : {Listen::Port, Listen::UnixSocket}) {
    Real real(listen);
    const auto answers = ask(
        real.engine,
        {get("k"), request(Command::Replace, "k", "0"), request(Command::Append, "k", "0"),
         request(Command::Prepend, "k", "0"), request(Command::Add, "k", "1"),
         request(Command::Add, "k", "2"), get("k"), set("k", "3"),
         request(Command::Append, "k", "4"), request(Command::Prepend, "k", "2"), get("k"),
         request(Command::Replace, "k", ""), get("k"), request(Command::Has, "k"),
         request(Command::Delete, "k"), request(Command::Delete, "k"), request(Command::Has, "k")});
    CHECK(
        (statuses_of(answers) ==
         Statuses{Status::Miss, Status::NotStored, Status::NotStored, Status::NotStored, Status::Ok,
                  Status::NotStored, Status::Ok, Status::Ok, Status::Ok, Status::Ok, Status::Ok,
                  Status::Ok, Status::Ok, Status::Ok, Status::Ok, Status::Miss, Status::Miss}));
    CHECK(answers[6].value == "1");
    CHECK(answers[10].value == "234");
    CHECK(answers[12].value.empty());
    CHECK(real.engine.metrics()[0].connects == 1);
  }
}

TEST_CASE("flags and all bytes of a value come back") {
  Real real;
  std::string bytes;
  for (int i = 0; i < 512; ++i) bytes += static_cast<char>(i);
  Request write = set("k", bytes + "\r\nEND\r\nVALUE k 0 1\r\n");
  write.flags = 0xfedcba98U;
  CHECK(ask(real.engine, write).status == Status::Ok);
  const Answered read = ask(real.engine, get("k"));
  CHECK(read.value == write.value);
  CHECK(read.flags == write.flags);
}

TEST_CASE("a cas stores only while nobody else has") {
  Real real;
  Request cas = request(Command::Cas, "k", "new");
  cas.number = 1;
  CHECK(ask(real.engine, cas).status == Status::Miss);
  ask(real.engine, set("k", "old"));
  cas.number = ask(real.engine, request(Command::Gets, "k")).number;
  CHECK(cas.number > 0);
  CHECK(ask(real.engine, cas).status == Status::Ok);
  CHECK(ask(real.engine, cas).status == Status::Exists);
  CHECK(ask(real.engine, get("k")).value == "new");
}

TEST_CASE("counters have 64 bits") {
  Real real;
  ask(real.engine, set("counter", "18446744073709551614"));
  CHECK(ask(real.engine, counter(Command::Incr, 1)).number == UINT64_MAX);
  CHECK(ask(real.engine, counter(Command::Incr, 1)).number == 0);
  CHECK(ask(real.engine, counter(Command::Incr, UINT64_MAX)).number == UINT64_MAX);
  CHECK(ask(real.engine, counter(Command::Decr, UINT64_MAX - 7)).number == 7);
  CHECK(ask(real.engine, counter(Command::Decr, 100)).number == 0);
  ask(real.engine, request(Command::Delete, "counter"));
  CHECK(ask(real.engine, counter(Command::Incr, 1)).status == Status::Miss);
  CHECK(ask(real.engine, counter(Command::Decr, 5, UINT64_MAX)).number == UINT64_MAX);
  CHECK(ask(real.engine, counter(Command::Decr, 5, 1)).number == UINT64_MAX - 5);
  ask(real.engine, set("counter", "no number"));
  CHECK(ask(real.engine, counter(Command::Incr, 1)).status == Status::NotNumeric);
  CHECK(ask(real.engine, counter(Command::Incr, 1, 7)).status == Status::NotNumeric);
  CHECK(ask(real.engine, get("counter")).value == "no number");
}

TEST_CASE("counters that many threads and engines create and count lose nothing") {
  Real real;
  PipelinedEngine other(pipelined(real.memcached.server()));
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kRounds = 300;
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&engine = i % 2 == 0 ? real.engine : other] {
      for (std::uint64_t round = 0; round < kRounds; ++round) {
        Request count = counter(Command::Incr, 1, 1000);
        count.key += std::to_string(round / 10);
        CHECK(ask(engine, count).status == Status::Ok);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::uint64_t i = 0; i < kRounds / 10; ++i) {
    const std::string expected = std::to_string(1000 + kThreads * 10 - 1);
    CHECK(ask(real.engine, get("counter" + std::to_string(i))).value == expected);
  }
}

TEST_CASE("a touch and a gat change the time to live") {
  Real real;
  constexpr std::uint32_t kPast = 60 * 60 * 24 * 30 + 1;  // in 1970
  Request touch = request(Command::Touch, "k");
  Request gat = request(Command::GetAndTouch, "k");
  CHECK(ask(real.engine, touch).status == Status::Miss);
  CHECK(ask(real.engine, gat).status == Status::Miss);
  ask(real.engine, set("k", "value"));
  touch.exptime = gat.exptime = 1000;
  CHECK(ask(real.engine, touch).status == Status::Ok);
  CHECK(ask(real.engine, gat).value == "value");
  touch.exptime = kPast;
  CHECK(ask(real.engine, touch).status == Status::Ok);
  CHECK(ask(real.engine, get("k")).status == Status::Miss);
}

TEST_CASE("commands to a server") {
  Real real;
  const Answered version = ask(real.engine, request(Command::Version, ""));
  CHECK(version.status == Status::Ok);
  CHECK_FALSE(version.value.empty());
  CHECK(ask(real.engine, request(Command::Ping, "")).status == Status::Ok);
  const Answered stats = ask(real.engine, request(Command::Stats, ""));
  CHECK(stats.value.find("pid " + std::to_string(real.memcached.pid()) + "\n") !=
        std::string::npos);
  CHECK(stats.value.find("version " + version.value + "\n") != std::string::npos);
  for (const char* section : {"items", "slabs", "sizes", "settings", "conns", "reset"}) {
    CAPTURE(section);
    CHECK(ask(real.engine, request(Command::Stats, section)).status == Status::Ok);
  }
  CHECK(is_failure(ask(real.engine, request(Command::Stats, "cachedump")).status));
  ask(real.engine, set("k", "v"));
  Request later = request(Command::Flush, "");
  later.number = 1000;
  CHECK(ask(real.engine, later).status == Status::Ok);
  CHECK(ask(real.engine, get("k")).status == Status::Ok);
  CHECK(ask(real.engine, request(Command::Flush, "")).status == Status::Ok);
  CHECK(ask(real.engine, get("k")).status == Status::Miss);
}

TEST_CASE("values up to the server's limit are stored, larger ones refused and nothing else lost") {
  Real real;
  const std::string largest(1024 * 1024 - 512, 'l');
  const std::string too_large(3 * 1024 * 1024, 't');
  const auto answers =
      ask(real.engine, {set("a", largest), get("a"), request(Command::Has, "a"),
                        set("b", too_large), get("b"), set("c", "small"), get("c"), get("a")});
  CHECK((statuses_of(answers) == Statuses{Status::Ok, Status::Ok, Status::Ok, Status::TooLarge,
                                          Status::Miss, Status::Ok, Status::Ok, Status::Ok}));
  CHECK(answers[1].value == largest);
  CHECK(answers[2].value.empty());
  CHECK(answers[7].value == largest);
  CHECK(real.engine.metrics()[0].connects == 1);
}

TEST_CASE("20,000 operations of one turn are all answered with their own") {
  for (const std::uint32_t connections : {1U, 4U}) {
    CAPTURE(connections);
    Real real(Listen::Port, connections, {"-m", "256"});
    std::vector<Request> requests;
    for (std::size_t i = 0; i < 10'000; ++i) {
      const std::string key = "key" + std::to_string(i);
      requests.push_back(set(key, key + std::string(i % 700, 'v')));
      requests.push_back(get(key));
    }
    const auto answers = ask(real.engine, requests);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < requests.size(); i += 2) {
      wrong += answers[i].status != Status::Ok || answers[i + 1].value != requests[i].value ? 1 : 0;
    }
    CHECK(wrong == 0);
    CHECK(real.engine.metrics()[0].connects == connections);
  }
}

TEST_CASE("operations on one key keep their order, over many connections too") {
  Real real(Listen::Port, 4);
  std::vector<Request> requests;
  for (int round = 0; round < 300; ++round) {
    for (int key = 0; key < 10; ++key) {
      requests.push_back(set("key" + std::to_string(key), std::to_string(round)));
      requests.push_back(request(Command::Append, "key" + std::to_string(key), "+"));
      requests.push_back(get("key" + std::to_string(key)));
    }
  }
  const auto answers = ask(real.engine, requests);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < requests.size(); i += 3) {
    wrong += answers[i + 2].value != requests[i].value + "+" ? 1 : 0;
  }
  CHECK(wrong == 0);
}

}  // namespace cache
