// Any bytes as the replies of a server, cut anywhere.
//
// Input: a line whose bytes are the lengths of the pieces, over and over ('@' 0, 'A' 1 and so on,
// modulo 64), then the replies. An empty line: one piece.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/require.h"
#include "pipelined/reply_parser.h"

namespace cache {
namespace {

// Writes down what the parser hears, and checks its bounds. A value is given exactly the memory
// that the input can fill, so that one byte too many is seen.
class Listener final : public ReplyHandler {
 public:
  explicit Listener(std::size_t input_size) : input_size_(input_size) {}

  bool on_value(const ValueHeader& header, std::string_view value) override {
    check(header);
    require(value.size() == header.length, "a value is as long as its header says");
    hear(header, value);
    return true;
  }

  char* on_value_begin(const ValueHeader& header) override {
    check(header);
    require(!value_, "a value begins when the one before it has ended");
    begun_ = header;
    value_ = std::make_unique<char[]>(std::min(header.length, input_size_));
    return value_.get();
  }

  bool on_value_end() override {
    require(value_ != nullptr, "only a value that has begun ends");
    require(begun_.length <= input_size_, "a value ends when all of it has come");
    hear(begun_, {value_.get(), begun_.length});
    value_.reset();
    return true;
  }

  bool on_line(ReplyLine line, std::string_view text, std::uint64_t number) override {
    require(!value_, "no line comes inside a value");
    require(line <= ReplyLine::ServerError, "a line is one of those there are");
    require(text.size() < ReplyParser::kLongestLine, "a line has a bound");
    heard.append("line ").append(std::to_string(static_cast<int>(line))).append(1, ' ');
    heard.append(std::to_string(number)).append(1, ' ').append(text).append(1, '\n');
    return true;
  }

  std::string heard;

 private:
  static void check(const ValueHeader& header) {
    require(!header.key.empty(), "a key is not empty");
    require(header.key.size() <= ReplyParser::kLongestKey, "a key has a bound");
    require(header.length <= ReplyParser::kLargestValue, "a value has a bound");
    require(header.has_cas || header.cas == 0, "there is a token only where there was one");
  }

  void hear(const ValueHeader& header, std::string_view value) {
    heard.append("value ").append(header.key).append(1, ' ').append(std::to_string(header.flags));
    heard.append(1, ' ').append(std::to_string(header.cas)).append(header.has_cas ? "! " : " ");
    heard.append(value).append(1, '\n');
  }

  std::size_t input_size_;
  ValueHeader begun_;  // its key is the parser's, which outlives the bytes it came in
  std::unique_ptr<char[]> value_;
};

using Pieces = std::vector<std::string_view>;

Pieces pieces_of(std::string_view replies, std::string_view lengths) {
  std::size_t sum = 0;
  for (const char length : lengths) sum += static_cast<unsigned char>(length) % 64U;
  if (sum == 0) return {replies};
  Pieces pieces;
  for (std::size_t i = 0; !replies.empty(); ++i) {
    const auto length = static_cast<unsigned char>(lengths[i % lengths.size()]) % 64U;
    pieces.push_back(replies.substr(0, length));
    replies.remove_prefix(pieces.back().size());
  }
  return pieces;
}

// Where a piece lies while it is fed: at the end of its memory, so that one byte too many is seen,
// and overwritten afterwards, so that what still points there is wrong.
class Received {
 public:
  explicit Received(std::size_t longest) : size_(longest), memory_(new char[longest]) {}

  bool feed(ReplyParser& parser, std::string_view bytes) {
    char* place = memory_.get() + size_ - bytes.size();
    bytes.copy(place, bytes.size());
    const bool is_sound = parser.feed({place, bytes.size()});
    std::fill_n(place, bytes.size(), '?');
    return is_sound;
  }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> memory_;
};

// What a parser makes of the pieces, "broken" where it refused. With `in_place`, a value's bytes
// are received where they belong, as a connection does it.
std::string heard_from(const Pieces& pieces, std::size_t input_size, bool in_place) {
  Listener listener(input_size);
  ReplyParser parser(listener);
  Received received(input_size);
  bool is_sound = true;
  for (std::string_view piece : pieces) {
    if (in_place && parser.missing_value_length() > 0) {
      const std::size_t taken = piece.copy(parser.missing_value(), parser.missing_value_length());
      parser.advance(taken);
      piece.remove_prefix(taken);
      parser.feed({});
    }
    is_sound = received.feed(parser, piece);
    if (!is_sound) break;
  }
  if (is_sound) return listener.heard;
  const std::string before = listener.heard;
  require(!parser.feed("STORED\r\n"), "a broken stream stays broken");
  require(listener.heard == before, "a broken stream says nothing");
  return before + "broken";
}

void check_replies(std::string_view input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view replies = input.substr(std::min(end + 1, input.size()));
  const Pieces pieces = pieces_of(replies, input.substr(0, end));
  const std::string whole = heard_from({replies}, replies.size(), false);
  require(heard_from(pieces, replies.size(), false) == whole, "a cut changes nothing");
  require(heard_from(pieces, replies.size(), true) == whole, "receiving in place changes nothing");
}

}  // namespace
}  // namespace cache

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cache::check_replies({reinterpret_cast<const char*>(data), size});
  return 0;
}
