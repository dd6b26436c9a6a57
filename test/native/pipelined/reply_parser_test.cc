// Replies, whole and cut anywhere.
#include "pipelined/reply_parser.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "pipelined/recorded_replies.h"

namespace cache {
namespace {

using Events = std::vector<std::string>;

std::string line(ReplyLine line, const std::string& text = "", std::uint64_t number = 0) {
  return "line " + std::to_string(static_cast<int>(line)) + " number " + std::to_string(number) +
         ": " + text;
}

std::string value(const std::string& key, const std::string& bytes, std::uint32_t flags = 0,
                  std::uint64_t cas = 0) {
  return "value " + key + " flags " + std::to_string(flags) + " cas " + std::to_string(cas) +
         " length " + std::to_string(bytes.size()) + ": " + bytes;
}

const std::string kTreacherous = "END\r\nVALUE key 0 3\r\nabc\r\nSTORED\r\n\r\nERROR\r\n";

// Every kind of reply, and values that look like replies.
const std::string kMixture =
    "VALUE key 7 5\r\nhello\r\nEND\r\n"
    "VALUE a 0 0\r\n\r\nVALUE b 4294967295 2 18446744073709551615\r\n\r\n\r\nEND\r\n"
    "END\r\n"
    "VALUE treacherous 1 " +
    std::to_string(kTreacherous.size()) + "\r\n" + kTreacherous +
    "\r\nEND\r\n"
    "STORED\r\nNOT_STORED\r\nEXISTS\r\nNOT_FOUND\r\nDELETED\r\nTOUCHED\r\nOK\r\nRESET\r\n"
    "0\r\n18446744073709551615\r\n7  \r\n"
    "VERSION 1.6.18\r\n"
    "STAT pid 1\r\nSTAT version 1.6.18 b\r\nSTAT empty \r\nEND\r\n"
    "ERROR\r\nERROR Too many open connections\r\n"
    "CLIENT_ERROR bad data chunk\r\nSERVER_ERROR out of memory storing object\r\n"
    "VALUE last 0 1\r\n\r\r\nEND\r\n";

const Events kMixtureEvents = {
    value("key", "hello", 7),
    line(ReplyLine::End),
    value("a", ""),
    value("b", "\r\n", 4294967295U, 18446744073709551615U),
    line(ReplyLine::End),
    line(ReplyLine::End),
    value("treacherous", kTreacherous, 1),
    line(ReplyLine::End),
    line(ReplyLine::Stored),
    line(ReplyLine::NotStored),
    line(ReplyLine::Exists),
    line(ReplyLine::NotFound),
    line(ReplyLine::Deleted),
    line(ReplyLine::Touched),
    line(ReplyLine::Ok),
    line(ReplyLine::Reset),
    line(ReplyLine::Number, "", 0),
    line(ReplyLine::Number, "", 18446744073709551615U),
    line(ReplyLine::Number, "", 7),
    line(ReplyLine::Version, "1.6.18"),
    line(ReplyLine::Stat, "pid 1"),
    line(ReplyLine::Stat, "version 1.6.18 b"),
    line(ReplyLine::Stat, "empty "),
    line(ReplyLine::End),
    line(ReplyLine::Error),
    line(ReplyLine::Error, "Too many open connections"),
    line(ReplyLine::ClientError, "bad data chunk"),
    line(ReplyLine::ServerError, "out of memory storing object"),
    value("last", "\r"),
    line(ReplyLine::End),
};

std::string_view part_of(const std::string& bytes, std::size_t from, std::size_t to) {
  return std::string_view(bytes).substr(from, to - from);
}

// Receives as a connection does: where a value is missing, straight into its place, at most `most`
// bytes at once.
Events received_in_place(const std::string& bytes, std::size_t most) {
  RecordedReplies replies;
  ReplyParser parser(replies);
  for (std::size_t offset = 0; offset < bytes.size();) {
    const std::size_t missing = parser.missing_value_length();
    const std::size_t length = std::min(most, bytes.size() - offset);
    if (missing > 0) {
      const std::size_t received = std::min(missing, length);
      std::memcpy(parser.missing_value(), bytes.data() + offset, received);
      parser.advance(received);
      offset += received;
      REQUIRE(parser.feed({}));
    } else {
      REQUIRE(parser.feed(part_of(bytes, offset, offset + length)));
      offset += length;
    }
  }
  return replies.events;
}

}  // namespace

TEST_CASE("every kind of reply is read in the order it comes") {
  CHECK(events_of({kMixture}) == kMixtureEvents);
}

TEST_CASE("replies that are cut in two anywhere give the same") {
  for (std::size_t cut = 0; cut <= kMixture.size(); ++cut) {
    CAPTURE(cut);
    CHECK(events_of({part_of(kMixture, 0, cut), part_of(kMixture, cut, kMixture.size())}) ==
          kMixtureEvents);
  }
}

TEST_CASE("replies that are cut in three anywhere give the same") {
  const std::string bytes =
      "VALUE k 3 4 9\r\n\r\nE\r\r\nVALUE l 0 0\r\n\r\nEND\r\n12\r\nSTORED\r\n";
  const Events whole = {value("k", "\r\nE\r", 3, 9), value("l", ""), line(ReplyLine::End),
                        line(ReplyLine::Number, "", 12), line(ReplyLine::Stored)};
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      CAPTURE(first);
      CAPTURE(second);
      CHECK(events_of({part_of(bytes, 0, first), part_of(bytes, first, second),
                       part_of(bytes, second, bytes.size())}) == whole);
    }
  }
}

TEST_CASE("replies that come byte by byte give the same") {
  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < kMixture.size(); ++i) bytes.push_back(part_of(kMixture, i, i + 1));
  CHECK(events_of(bytes) == kMixtureEvents);
}

TEST_CASE("replies that are cut at random give the same") {
  std::mt19937 random(20240229);
  for (int round = 0; round < 500; ++round) {
    const std::size_t longest = 1 + random() % 60;
    std::vector<std::string_view> parts;
    for (std::size_t offset = 0; offset < kMixture.size();) {
      const std::size_t end =
          std::min<std::size_t>(offset + random() % (longest + 1), kMixture.size());
      parts.push_back(part_of(kMixture, offset, end));
      offset = end;
    }
    CAPTURE(round);
    CHECK(events_of(parts) == kMixtureEvents);
  }
}

TEST_CASE("values that are received in their place are the same") {
  for (std::size_t most = 1; most <= 64; ++most) {
    CAPTURE(most);
    CHECK(received_in_place(kMixture, most) == kMixtureEvents);
  }
}

TEST_CASE("a large value is received in its place") {
  std::string large(300'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);
  const std::string bytes =
      "VALUE large 0 300000\r\n" + large + "\r\nVALUE next 0 1\r\nx\r\nEND\r\n";
  for (const std::size_t most : {1000, 65536, 65537, 1000000}) {
    CAPTURE(most);
    const Events events = received_in_place(bytes, most);
    CHECK((events == Events{value("large", large), value("next", "x"), line(ReplyLine::End)}));
  }
}

TEST_CASE("a value that is there as a whole is not copied") {
  RecordedReplies replies;
  ReplyParser parser(replies);
  CHECK(parser.feed("VALUE key 0 5\r\nhello\r\nEND\r\n"));
  CHECK(replies.in_parts == 0);
  CHECK(parser.feed("VALUE key 0 5\r\nhello\r"));
  CHECK(replies.in_parts == 1);
  CHECK(parser.feed("\n"));
  CHECK(replies.events.back() == value("key", "hello"));
}

TEST_CASE("the key of a value outlives the bytes it came in") {
  RecordedReplies replies;
  ReplyParser parser(replies);
  std::string header = "VALUE key 0 5\r\n";
  CHECK(parser.feed(header));
  header.assign(header.size(), 'x');
  CHECK(parser.feed("hello\r\n"));
  CHECK((replies.events == Events{value("key", "hello")}));
}

TEST_CASE("only the bytes of a value are missing, not those around it") {
  RecordedReplies replies;
  ReplyParser parser(replies);
  CHECK(parser.missing_value_length() == 0);
  CHECK(parser.feed("VALUE key 0 5\r\n"));
  CHECK(parser.missing_value_length() == 0);  // nobody was asked for memory yet
  CHECK(parser.feed("h"));
  CHECK(parser.missing_value_length() == 4);
  CHECK(parser.feed("ello"));
  CHECK(parser.missing_value_length() == 0);
  CHECK(parser.feed("\r\n"));
  CHECK(parser.missing_value_length() == 0);
  CHECK((replies.events == Events{value("key", "hello")}));
}

}  // namespace cache
