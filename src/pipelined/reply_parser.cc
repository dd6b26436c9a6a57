#include "pipelined/reply_parser.h"

#include <algorithm>
#include <charconv>

namespace cache {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

// The next word of `text`, which loses it and the blank behind it.
std::string_view take_word(std::string_view& text) {
  const std::size_t blank = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, blank);
  text.remove_prefix(std::min(blank + 1, text.size()));
  return word;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

struct NamedLine {
  std::string_view name;
  ReplyLine line;
  bool has_text;
};

constexpr NamedLine kLines[] = {
    {"END", ReplyLine::End, false},
    {"STORED", ReplyLine::Stored, false},
    {"NOT_FOUND", ReplyLine::NotFound, false},
    {"NOT_STORED", ReplyLine::NotStored, false},
    {"DELETED", ReplyLine::Deleted, false},
    {"TOUCHED", ReplyLine::Touched, false},
    {"EXISTS", ReplyLine::Exists, false},
    {"OK", ReplyLine::Ok, false},
    {"RESET", ReplyLine::Reset, false},
    {"STAT", ReplyLine::Stat, true},
    {"VERSION", ReplyLine::Version, true},
    {"ERROR", ReplyLine::Error, true},
    {"CLIENT_ERROR", ReplyLine::ClientError, true},
    {"SERVER_ERROR", ReplyLine::ServerError, true},
};

}  // namespace

bool ReplyParser::feed(std::string_view bytes) {
  // A value that was received in its place may be complete before any further byte comes.
  while (state_ != State::Broken && (!bytes.empty() || (state_ == State::Value && missing_ == 0))) {
    switch (state_) {
      case State::ValueBegin:
        bytes = begin_value(bytes);
        break;
      case State::Value:
        bytes = take_value(bytes);
        break;
      case State::ValueLineEnd:
        bytes = take_value_line_end(bytes);
        break;
      default:
        bytes = take_line(bytes);
    }
  }
  return state_ != State::Broken;
}

std::string_view ReplyParser::begin_value(std::string_view bytes) {
  const std::size_t whole = header_.length + kLineEnd.size();
  if (bytes.size() >= whole) {
    const bool is_expected = bytes.substr(header_.length, kLineEnd.size()) == kLineEnd &&
                             handler_.on_value(header_, bytes.substr(0, header_.length));
    state_ = is_expected ? State::Line : State::Broken;
    return bytes.substr(whole);
  }
  char* memory = handler_.on_value_begin(header_);
  if (memory == nullptr) {
    state_ = State::Broken;
    return {};
  }
  state_ = State::Value;
  value_end_ = memory + header_.length;
  missing_ = header_.length;
  return bytes;
}

std::string_view ReplyParser::take_value(std::string_view bytes) {
  const std::size_t taken = bytes.copy(missing_value(), missing_);
  advance(taken);
  if (missing_ == 0) state_ = State::ValueLineEnd;
  return bytes.substr(taken);
}

std::string_view ReplyParser::take_value_line_end(std::string_view bytes) {
  while (!bytes.empty() && line_end_seen_ < kLineEnd.size()) {
    if (bytes.front() != kLineEnd[line_end_seen_++]) {
      state_ = State::Broken;
      return {};
    }
    bytes.remove_prefix(1);
  }
  if (line_end_seen_ == kLineEnd.size()) {
    line_end_seen_ = 0;
    state_ = handler_.on_value_end() ? State::Line : State::Broken;
  }
  return bytes;
}

std::string_view ReplyParser::take_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  const bool is_whole = end != std::string_view::npos;
  const std::string_view part = bytes.substr(0, is_whole ? end : bytes.size());
  if (partial_line_.size() + part.size() > kLongestLine) {
    state_ = State::Broken;
    return {};
  }
  if (!is_whole) {
    partial_line_.append(part);
    return {};
  }
  std::string_view line = part;
  if (!partial_line_.empty()) line = partial_line_.append(part);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  } else {
    state_ = State::Broken;
  }
  if (state_ == State::Broken || !read_line(line)) state_ = State::Broken;
  partial_line_.clear();
  return bytes.substr(end + 1);
}

bool ReplyParser::read_line(std::string_view line) {
  std::uint64_t number = 0;
  if (!line.empty() && line.front() >= '0' && line.front() <= '9') {
    while (line.ends_with(' ')) line.remove_suffix(1);
    return read_number(line, number) && handler_.on_line(ReplyLine::Number, {}, number);
  }
  std::string_view text = line;
  const std::string_view name = take_word(text);
  if (name == "VALUE") return read_value_header(text);
  for (const NamedLine& known : kLines) {
    if (name == known.name) {
      return (known.has_text || text.empty()) && handler_.on_line(known.line, text, 0);
    }
  }
  return false;
}

// "<key> <flags> <bytes> [<cas>]"
bool ReplyParser::read_value_header(std::string_view arguments) {
  const std::string_view key = take_word(arguments);
  header_ = {};
  const bool is_valid = !key.empty() && key.size() <= kLongestKey &&
                        read_number(take_word(arguments), header_.flags) &&
                        read_number(take_word(arguments), header_.length) &&
                        header_.length <= kLargestValue &&
                        (arguments.empty() || read_number(arguments, header_.cas));
  header_.has_cas = !arguments.empty();
  if (!is_valid) return false;
  std::copy(key.begin(), key.end(), key_.begin());
  header_.key = {key_.data(), key.size()};
  state_ = State::ValueBegin;
  return true;
}

}  // namespace cache
