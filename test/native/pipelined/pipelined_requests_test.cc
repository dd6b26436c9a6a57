// Which requests a connection sends, and to whom it gives the replies.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "pipelined/played.h"

namespace cache {
namespace {

Request gets(const std::string& key) { return request(Command::Gets, key); }
Request has(const std::string& key) { return request(Command::Has, key); }

std::vector<std::string> values_of(const std::vector<Answered>& answers) {
  std::vector<std::string> values;
  for (const Answered& answered : answers) {
    values.push_back(answered.status == Status::Miss ? "(miss)" : answered.value);
  }
  return values;
}

using Values = std::vector<std::string>;

}  // namespace

TEST_CASE("an engine that has nothing to do connects to nobody") {
  Played played;
  CHECK(played.server.is_left_alone());
  CHECK(played.engine.metrics()[0].connects == 0);
}

TEST_CASE("reads that stand together are one command") {
  Played played;
  const Turn turn(played.engine, {get("a"), get("b"), has("c"), get("d")});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "get a b c d\r\n");
  CHECK(connection.is_silent());
  connection.send(value_reply("a", "1") + value_reply("c", "3") + value_reply("d", "") + "END\r\n");
  const auto answers = turn.answers();
  CHECK((values_of(answers) == Values{"1", "(miss)", "", ""}));
  CHECK(answers[2].status == Status::Ok);
  CHECK(answers[3].status == Status::Ok);
}

TEST_CASE("values come in any order, as proxies send them, and go to whom they belong") {
  const std::string a = value_reply("a", "A");
  const std::string large(40'000, 'l');
  const std::string b = value_reply("b", large);
  const std::string d = value_reply("d", "D");
  for (const std::string& reply :
       {a + b + d, a + d + b, b + a + d, b + d + a, d + a + b, d + b + a}) {
    Played played;
    const Turn turn(played.engine, {get("a"), get("b"), get("b"), get("c"), has("d"), get("d")});
    PlayedConnection connection = played.server.accept();
    check_received(connection, "get a b c d\r\n");
    connection.send(reply + "END\r\n");
    CHECK((values_of(turn.answers()) == Values{"A", large, large, "(miss)", "", "D"}));
    CHECK(played.engine.metrics()[0].connects == 1);
  }
}

TEST_CASE("one read that wants the cas token makes it a gets for all") {
  Played played;
  const Turn turn(played.engine, {get("a"), gets("b")});
  PlayedConnection connection = played.server.accept();
  check_received(connection, "gets a b\r\n");
  connection.send("VALUE a 5 1 7\r\nx\r\nVALUE b 6 1 18446744073709551615\r\ny\r\nEND\r\n");
  const auto answers = turn.answers();
  CHECK((values_of(answers) == Values{"x", "y"}));
  CHECK(answers[0].flags == 5);
  CHECK(answers[1].flags == 6);
  CHECK(answers[1].number == UINT64_MAX);
}

TEST_CASE("a key that is asked for by neighbours is fetched once and given to all of them") {
  for (const std::size_t size : {std::size_t{3}, std::size_t{100'000}}) {
    CAPTURE(size);
    const std::string value(size, 'v');
    Played played;
    const Turn turn(played.engine, {get("a"), get("k"), has("k"), get("k"), get("z"), get("k")});
    const Turn other_client(played.engine, {get("k")});
    PlayedConnection connection = played.server.accept();
    const std::string together = "get a k z k\r\n";
    const std::string first = connection.receive(together.size());
    CHECK(first == together);
    connection.send(value_reply("k", value) + value_reply("k", "other") + "END\r\n");
    CHECK((values_of(turn.answers()) == Values{"(miss)", value, "", value, "(miss)", "other"}));
    if (other_client.answered() == 0) {
      check_received(connection, "get k\r\n");
      connection.send(value_reply("k", "other") + "END\r\n");
    }
    CHECK((values_of(other_client.answers()) == Values{"other"}));
  }
}

TEST_CASE("who only asks whether a key is there gets no value, however it comes") {
  Played played;
  const std::string large(100'000, 'v');
  for (const std::size_t cut : {std::size_t{0}, std::size_t{20}, large.size()}) {
    CAPTURE(cut);
    const Turn turn(played.engine, {has("k")});
    PlayedConnection connection = played.server.accept();
    check_received(connection, "get k\r\n");
    const std::string reply = value_reply("k", large) + "END\r\n";
    connection.send(reply.substr(0, cut));
    CHECK(connection.is_silent());
    connection.send(reply.substr(cut));
    CHECK(turn.answers()[0].status == Status::Ok);
    CHECK(turn.answers()[0].value.empty());
    connection.end();
  }
}

TEST_CASE("many reads are cut into commands of a bounded length") {
  Played played;
  std::vector<Request> requests;
  std::string all_keys;
  for (int i = 0; i < 1000; ++i) {
    const std::string key = "key" + std::to_string(i) + std::string(i % 3 * 100, 'k');
    requests.push_back(get(key));
    all_keys += " " + key;
  }
  const Turn turn(played.engine, requests);
  PlayedConnection connection = played.server.accept();
  std::string keys;
  std::size_t longest = 0;
  while (keys.size() < all_keys.size()) {
    std::string command;
    while (!command.ends_with("\r\n")) command += connection.receive(1);
    REQUIRE(command.starts_with("get "));
    keys += command.substr(3, command.size() - 5);
    longest = std::max(longest, command.size());
    connection.send("END\r\n");
  }
  CHECK(keys == all_keys);
  CHECK(longest < 10'000);  // memcached takes commands of 64 KB, others less
  CHECK(longest > 1000);
  for (const Answered& answered : turn.answers()) CHECK(answered.status == Status::Miss);
}

TEST_CASE("requests are sent in the order of the calls, without waiting for replies") {
  Played played;
  Request flush = request(Command::Flush, "");
  flush.number = 9;
  Request touch = request(Command::Touch, "t");
  touch.exptime = 30;
  Request gat = request(Command::GetAndTouch, "g");
  gat.exptime = 40;
  Request incr = request(Command::Incr, "n");
  incr.number = 2;
  Request cas = request(Command::Cas, "c", "new");
  cas.number = 77;
  const Turn turn(played.engine,
                  {get("a"), set("a", "1"), get("a"), get("b"), gat, touch, incr,
                   request(Command::Delete, "a"), cas, flush, request(Command::Version, ""),
                   request(Command::Stats, "items"), request(Command::Add, "e", ""), get("end")});
  PlayedConnection connection = played.server.accept();
  check_received(connection,
                 "get a\r\nset a 0 0 1\r\n1\r\nget a b\r\ngat 40 g\r\ntouch t 30\r\nincr n 2\r\n"
                 "delete a\r\ncas c 0 0 3 77\r\nnew\r\nflush_all 9\r\nversion\r\nstats items\r\n"
                 "add e 0 0 0\r\n\r\nget end\r\n");
  CHECK(turn.answered() == 0);
  connection.send("END\r\nSTORED\r\n" + value_reply("a", "1") + "END\r\n" +
                  value_reply("g", "gat") + "END\r\nTOUCHED\r\n12\r\nDELETED\r\nEXISTS\r\nOK\r\n");
  connection.send(
      "VERSION 1.6.18\r\nSTAT items:1:number 1\r\nSTAT other 2\r\nEND\r\n"
      "NOT_STORED\r\n" +
      value_reply("end", "of it") + "END\r\n");
  const auto answers = turn.answers();
  CHECK((values_of(answers) == Values{"(miss)", "", "1", "(miss)", "gat", "", "", "", "", "",
                                      "1.6.18", "items:1:number 1\nother 2\n", "", "of it"}));
  CHECK(answers[6].number == 12);
  CHECK(answers[8].status == Status::Exists);
  CHECK(answers[12].status == Status::NotStored);
}

TEST_CASE("each word of a server means to each command what it should") {
  struct Meaning {
    Command command;
    const char* reply;
    Status status;
  };
  for (const Meaning& meaning :
       std::initializer_list<Meaning>{{Command::Set, "STORED", Status::Ok},
                                      {Command::Set, "NOT_STORED", Status::NotStored},
                                      {Command::Add, "STORED", Status::Ok},
                                      {Command::Add, "NOT_STORED", Status::NotStored},
                                      {Command::Replace, "NOT_STORED", Status::NotStored},
                                      {Command::Append, "NOT_STORED", Status::NotStored},
                                      {Command::Prepend, "NOT_STORED", Status::NotStored},
                                      {Command::Cas, "STORED", Status::Ok},
                                      {Command::Cas, "EXISTS", Status::Exists},
                                      {Command::Cas, "NOT_FOUND", Status::Miss},
                                      {Command::Incr, "18446744073709551615", Status::Ok},
                                      {Command::Incr, "NOT_FOUND", Status::Miss},
                                      {Command::Decr, "0  ", Status::Ok},
                                      {Command::Decr, "NOT_FOUND", Status::Miss},
                                      {Command::Touch, "TOUCHED", Status::Ok},
                                      {Command::Touch, "NOT_FOUND", Status::Miss},
                                      {Command::Delete, "DELETED", Status::Ok},
                                      {Command::Delete, "NOT_FOUND", Status::Miss},
                                      {Command::GetAndTouch, "END", Status::Miss},
                                      {Command::Flush, "OK", Status::Ok},
                                      {Command::Version, "VERSION 1.6.18", Status::Ok},
                                      {Command::Ping, "VERSION 1.6.18", Status::Ok},
                                      {Command::Stats, "RESET", Status::Ok},
                                      {Command::Stats, "END", Status::Ok}}) {
    CAPTURE(static_cast<int>(meaning.command));
    CAPTURE(meaning.reply);
    Played played;
    const Turn turn(played.engine, {request(meaning.command, "key")});
    PlayedConnection connection = played.server.accept();
    connection.send(std::string(meaning.reply) + "\r\n");
    CHECK(turn.answers()[0].status == meaning.status);
    CHECK(connection.receive(1).size() == 1);
  }
}

TEST_CASE("requests and replies that are cut anywhere and come late go to whom they belong") {
  Played played;
  const std::string large(70'000, 'l');
  std::vector<Request> requests;
  std::string expected;
  std::string replies;
  for (int i = 0; i < 30; ++i) {
    const std::string key = "k" + std::to_string(i);
    const std::string value = (i % 10 == 0 ? large : "") + std::to_string(i);
    requests.push_back(set(key, value));
    requests.push_back(get(key));
    expected += "set " + key + " 0 0 " + std::to_string(value.size()) + "\r\n" + value +
                "\r\nget " + key + "\r\n";
    replies += "STORED\r\n" + value_reply(key, value) + "END\r\n";
  }
  const Turn turn(played.engine, requests);
  PlayedConnection connection = played.server.accept();
  check_received(connection, expected);
  for (std::size_t offset = 0; offset < replies.size();) {
    const std::size_t length = replies[offset] == 'l' ? 4099 : 1 + offset % 7;
    connection.send(std::string_view(replies).substr(offset, length));
    offset += length;
  }
  const auto answers = turn.answers();
  for (std::size_t i = 0; i < requests.size(); i += 2) {
    CHECK(answers[i].status == Status::Ok);
    CHECK(answers[i + 1].value == requests[i].value);
  }
}

}  // namespace cache
