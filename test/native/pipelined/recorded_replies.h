// What a parser finds, as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipelined/reply_parser.h"

namespace cache {

class RecordedReplies final : public ReplyHandler {
 public:
  bool on_value(const ValueHeader& header, std::string_view value) override;
  char* on_value_begin(const ValueHeader& header) override;
  bool on_value_end() override;
  bool on_line(ReplyLine line, std::string_view text, std::uint64_t number) override;

  // One entry a value or line, however it came.
  std::vector<std::string> events;
  // What is not expected: an event that begins with it is answered with false.
  std::string unexpected = "nothing";
  // Values that came in parts.
  std::size_t in_parts = 0;

 private:
  bool record(std::string event);

  std::string begun_;  // the header of the value that is coming
  std::string value_;
};

// What a parser finds in `parts`, one fed after the other, and "broken" where it refused.
std::vector<std::string> events_of(const std::vector<std::string_view>& parts);

}  // namespace cache
