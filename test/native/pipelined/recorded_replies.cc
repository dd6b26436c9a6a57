#include "pipelined/recorded_replies.h"

#include <utility>

namespace cache {

namespace {

std::string description_of(const ValueHeader& header) {
  return "value " + std::string(header.key) + " flags " + std::to_string(header.flags) + " cas " +
         std::to_string(header.cas) + " length " + std::to_string(header.length) + ": ";
}

}  // namespace

bool RecordedReplies::on_value(const ValueHeader& header, std::string_view value) {
  return record(description_of(header).append(value));
}

char* RecordedReplies::on_value_begin(const ValueHeader& header) {
  ++in_parts;
  begun_ = description_of(header);
  if (begun_.starts_with(unexpected)) return nullptr;
  value_.assign(header.length, '?');
  return value_.data();
}

bool RecordedReplies::on_value_end() { return record(std::exchange(begun_, {}) + value_); }

bool RecordedReplies::on_line(ReplyLine line, std::string_view text, std::uint64_t number) {
  return record("line " + std::to_string(static_cast<int>(line)) + " number " +
                std::to_string(number) + ": " + std::string(text));
}

bool RecordedReplies::record(std::string event) {
  const bool is_expected = !event.starts_with(unexpected);
  events.push_back(std::move(event));
  return is_expected;
}

std::vector<std::string> events_of(const std::vector<std::string_view>& parts) {
  RecordedReplies replies;
  ReplyParser parser(replies);
  bool is_sound = true;
  for (const std::string_view part : parts) is_sound = parser.feed(part);
  if (!is_sound) replies.events.emplace_back("broken");
  return replies.events;
}

}  // namespace cache
