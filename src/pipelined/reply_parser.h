// The text protocol's replies, out of a stream of bytes that may be cut anywhere.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cache {

// One line of a reply that is no value.
enum class ReplyLine : std::uint8_t {
  End,
  Stored,
  NotStored,
  Exists,
  NotFound,
  Deleted,
  Touched,
  Ok,
  Reset,
  Version,  // text: the version
  Stat,     // text: name and value
  Number,   // number
  Error,
  ClientError,  // text: what the server said
  ServerError,  // text: what the server said
};

struct ValueHeader {
  std::string_view key;
  std::uint32_t flags = 0;
  std::uint64_t cas = 0;
  bool has_cas = false;
  std::size_t length = 0;
};

// What the parser finds, in the order it comes. False: this was not expected here; the parser
// stops.
class ReplyHandler {
 public:
  virtual ~ReplyHandler() = default;
  // A value that is there as a whole. Key and value are valid during the call only.
  virtual bool on_value(const ValueHeader& header, std::string_view value) = 0;
  // A value of which a part is missing. Returns memory for all of it, which the parser fills before
  // it calls on_value_end; null: not expected.
  virtual char* on_value_begin(const ValueHeader& header) = 0;
  virtual bool on_value_end() = 0;
  virtual bool on_line(ReplyLine line, std::string_view text, std::uint64_t number) = 0;
};

// Bounds: a line is at most kLongestLine bytes, a key 250, a value kLargestValue; what is longer is
// not memcached's. One thread.
class ReplyParser {
 public:
  static constexpr std::size_t kLongestLine = 2048;
  static constexpr std::size_t kLongestKey = 250;
  static constexpr std::size_t kLargestValue = std::size_t{1} << 30U;

  explicit ReplyParser(ReplyHandler& handler) : handler_(handler) {}

  // Reads `bytes`. False once the stream is not what memcached answers; then it is for ever.
  bool feed(std::string_view bytes);

  // While the bytes of a value are missing: where the next ones belong and how many, so that a
  // large value is received in its place instead of being copied there. advance() says how many
  // came.
  char* missing_value() const { return value_end_ - missing_; }
  std::size_t missing_value_length() const { return state_ == State::Value ? missing_ : 0; }
  void advance(std::size_t received) { missing_ -= received; }

 private:
  enum class State : std::uint8_t { Line, ValueBegin, Value, ValueLineEnd, Broken };

  std::string_view begin_value(std::string_view bytes);
  std::string_view take_value(std::string_view bytes);
  std::string_view take_value_line_end(std::string_view bytes);
  std::string_view take_line(std::string_view bytes);
  bool read_line(std::string_view line);
  bool read_value_header(std::string_view arguments);

  ReplyHandler& handler_;
  State state_ = State::Line;
  std::string partial_line_;  // the beginning of a line whose end has not come
  ValueHeader header_;
  std::array<char, kLongestKey> key_{};  // the header's, which outlives the bytes it came in
  char* value_end_ = nullptr;
  std::size_t missing_ = 0;
  std::size_t line_end_seen_ = 0;  // of the "\r\n" behind a value
};

}  // namespace cache
