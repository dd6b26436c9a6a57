// What is not memcached's ends a stream for ever.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "pipelined/recorded_replies.h"
#include "pipelined/reply_parser.h"

namespace cache {
namespace {

// The parser refuses `bytes`, in one piece and byte by byte, hands nothing of it on, and takes
// nothing after it.
void check_breaks(const std::string& bytes) {
  CAPTURE(bytes.substr(0, 80));
  for (const std::size_t step : {bytes.size(), std::size_t{1}}) {
    RecordedReplies replies;
    ReplyParser parser(replies);
    CHECK(parser.feed("STORED\r\n"));
    bool is_sound = true;
    for (std::size_t i = 0; i < bytes.size(); i += step) {
      is_sound = parser.feed(std::string_view(bytes).substr(i, step));
    }
    CHECK_FALSE(is_sound);
    CHECK_FALSE(parser.feed("STORED\r\n"));
    CHECK_FALSE(parser.feed("\r\nEND\r\n"));
    CHECK(parser.missing_value_length() == 0);
    CHECK(replies.events.size() == 1);
  }
}

bool is_read(const std::string& bytes) {
  RecordedReplies replies;
  return ReplyParser(replies).feed(bytes) && !replies.events.empty();
}

std::string line_of(std::size_t length) {
  return "SERVER_ERROR " + std::string(length - std::string("SERVER_ERROR \r").size(), 'x') +
         "\r\n";
}

}  // namespace

TEST_CASE("a line has a bound, whether its end comes or not") {
  CHECK(is_read(line_of(ReplyParser::kLongestLine)));
  check_breaks(line_of(ReplyParser::kLongestLine + 1));
  check_breaks(std::string(ReplyParser::kLongestLine + 1, 'x'));
  check_breaks(std::string(ReplyParser::kLongestLine + 1, '1'));
}

TEST_CASE("a key has a bound") {
  const std::string longest(ReplyParser::kLongestKey, 'k');
  CHECK(is_read("VALUE " + longest + " 0 1\r\nx\r\n"));
  check_breaks("VALUE " + longest + "k 0 1\r\nx\r\n");
}

TEST_CASE("a value has a bound, and none is asked for beyond it") {
  const auto header = [](std::size_t length) {
    return "VALUE key 0 " + std::to_string(length) + "\r\n";
  };
  check_breaks(header(ReplyParser::kLargestValue + 1));
  check_breaks(header(std::size_t{4} << 30U));
  check_breaks(header(SIZE_MAX));
  check_breaks("VALUE key 0 18446744073709551616\r\n");
  check_breaks("VALUE key 0 99999999999999999999999999\r\n");

  class Refusing final : public ReplyHandler {
   public:
    bool on_value(const ValueHeader&, std::string_view) override { return false; }
    char* on_value_begin(const ValueHeader& header) override {
      asked_for = header.length;
      return nullptr;
    }
    bool on_value_end() override { return false; }
    bool on_line(ReplyLine, std::string_view, std::uint64_t) override { return false; }
    std::size_t asked_for = 0;
  } refusing;
  ReplyParser parser(refusing);
  CHECK_FALSE(parser.feed(header(ReplyParser::kLargestValue) + "x"));
  CHECK(refusing.asked_for == ReplyParser::kLargestValue);
  CHECK_FALSE(parser.feed("x"));
  CHECK(parser.missing_value_length() == 0);
}

TEST_CASE("the header of a value has a key, two numbers and perhaps a third") {
  for (const char* header : {"VALUE",
                             "VALUE ",
                             "VALUE key",
                             "VALUE key ",
                             "VALUE key 0",
                             "VALUE key 0 ",
                             "VALUE  0 1",
                             "VALUE key  1",
                             "VALUE key 0  1",
                             "VALUE key -1 1",
                             "VALUE key 0 -1",
                             "VALUE key +1 1",
                             "VALUE key 0 +1",
                             "VALUE key 0x1 1",
                             "VALUE key 0 1x",
                             "VALUE key 0 1.0",
                             "VALUE key a 1",
                             "VALUE key 0 b",
                             "VALUE key 4294967296 1",
                             "VALUE key 0 1 -1",
                             "VALUE key 0 1 x",
                             "VALUE key 0 1 18446744073709551616",
                             "VALUE key 0 1 2 3",
                             "VALUE key 0 1  2",
                             "value key 0 1",
                             "VALUEkey 0 1",
                             "VALUE\tkey 0 1"}) {
    check_breaks(std::string(header) + "\r\n");
  }
}

TEST_CASE("a number is not negative, not too large and nothing else") {
  for (const char* number : {"-1", "+1", "18446744073709551616", "99999999999999999999999", "1x",
                             "1 2", "1.5", "0x10", "1\t", "١"}) {
    check_breaks(std::string(number) + "\r\n");
  }
}

TEST_CASE("a line ends with CR LF") {
  for (const char* bytes :
       {"END\n", "STORED\n", "\n", "7\n", "VALUE key 0 1\nx\r\n", "END\r\r\n", "STAT a b\n"}) {
    check_breaks(bytes);
  }
}

TEST_CASE("a value ends where its header says, with CR LF") {
  const auto refused = [](const std::string& bytes) {
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      CAPTURE(cut);
      const auto events = events_of({bytes.substr(0, cut), bytes.substr(cut)});
      CHECK(events == std::vector<std::string>{"broken"});
    }
  };
  refused("VALUE key 0 5\r\nhello\n\r\n");
  refused("VALUE key 0 5\r\nhello\rx\n");
  refused("VALUE key 0 5\r\nhello!\r\n");
  refused("VALUE key 0 5\r\nhell\r\nEND\r\n");
  refused("VALUE key 0 0\r\nx\r\n");
  refused("VALUE key 0 0\r\n\nEND\r\n");
}

TEST_CASE("what memcached never says is refused") {
  for (const char* line : {"",
                           " ",
                           "garbage",
                           "end",
                           "END x",
                           "STORED 1",
                           "NOT_STORED x",
                           "ENDS",
                           "STOREDX",
                           "ACK",
                           "HD",
                           "VA 5",
                           "EN",
                           "MN",
                           "OK 1",
                           "EXISTS x",
                           "NOT_FOUND x",
                           "-ERR unknown command",
                           "+OK",
                           "220 mail.example.com ESMTP",
                           "SSH-2.0-OpenSSH_9.2p1",
                           "HTTP/1.1 400 Bad Request"}) {
    check_breaks(std::string(line) + "\r\n");
  }
  check_breaks(std::string("EN\0D\r\n", 6));
  check_breaks(std::string("END\0\r\n", 6));
}

TEST_CASE("what other protocols say is refused") {
  check_breaks("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  check_breaks("<html>\n<body>\n");
  // A TLS alert names no line end and is too short for a bound: the deadline ends it. A record
  // of a handshake is not.
  std::string record("\x16\x03\x03\x10\x00\x02\x00\x0f\xfc\x03\x03", 11);
  for (int i = 0; i < 4096; ++i) record += static_cast<char>(0x80 | i * 31);
  check_breaks(record);
  check_breaks(std::string("\x81\x00\x00\x00\x00\x00\x00\x01", 8) + std::string(3000, '\0'));
}

TEST_CASE("what is not expected ends the stream where it stands") {
  const std::string bytes = "VALUE one 0 1\r\nx\r\nVALUE two 0 1\r\ny\r\nEND\r\nSTORED\r\n";
  for (const std::size_t step : {bytes.size(), std::size_t{1}}) {
    for (const char* unexpected : {"value one", "value two", "line 0", "line 1"}) {
      CAPTURE(unexpected);
      RecordedReplies replies;
      replies.unexpected = unexpected;
      ReplyParser parser(replies);
      bool is_sound = true;
      for (std::size_t i = 0; i < bytes.size(); i += step) {
        is_sound = parser.feed(std::string_view(bytes).substr(i, step));
      }
      CHECK_FALSE(is_sound);
      const std::size_t events = replies.events.size();
      CHECK_FALSE(parser.feed("END\r\n"));
      CHECK(replies.events.size() == events);
    }
  }
}

}  // namespace cache
