#include "pipelined/request_text.h"

#include <array>
#include <charconv>

namespace cache {

namespace {

void append_number(std::string& text, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.push_back(' ');
  text.append(digits.data(), end);
}

std::string_view verb_of(Command command) {
  switch (command) {
    case Command::Set:
      return "set ";
    case Command::Add:
      return "add ";
    case Command::Replace:
      return "replace ";
    case Command::Append:
      return "append ";
    case Command::Prepend:
      return "prepend ";
    case Command::Cas:
      return "cas ";
    case Command::Incr:
      return "incr ";
    case Command::Decr:
      return "decr ";
    case Command::Touch:
      return "touch ";
    case Command::Delete:
      return "delete ";
    case Command::GetAndTouch:
      return "gat";
    case Command::Flush:
      return "flush_all";
    case Command::Stats:
      return "stats";
    default:
      return "version";
  }
}

void append_storage(std::string& text, const Operation& operation) {
  append_number(text, operation.flags);
  append_number(text, operation.exptime);
  append_number(text, operation.value.size());
  if (operation.command == Command::Cas) append_number(text, operation.number);
}

}  // namespace

bool has_value(Command command) { return command >= Command::Set && command <= Command::Cas; }

void append_request(std::string& text, const Operation& operation) {
  text.append(verb_of(operation.command));
  switch (operation.command) {
    case Command::Incr:
    case Command::Decr:
      text.append(operation.key);
      append_number(text, operation.number);
      break;
    case Command::Touch:
      text.append(operation.key);
      append_number(text, operation.exptime);
      break;
    case Command::GetAndTouch:
      append_number(text, operation.exptime);
      text.append(1, ' ').append(operation.key);
      break;
    case Command::Delete:
      text.append(operation.key);
      break;
    case Command::Flush:
      if (operation.number != 0) append_number(text, operation.number);
      break;
    case Command::Stats:
      if (!operation.key.empty()) text.append(1, ' ').append(operation.key);
      break;
    case Command::Version:
    case Command::Ping:
      break;
    default:
      text.append(operation.key);
      append_storage(text, operation);
  }
  text.append("\r\n");
}

void append_initial_add(std::string& text, const Operation& operation) {
  const std::string initial = std::to_string(operation.initial);
  Operation add = operation;
  add.command = Command::Add;
  add.value = initial;
  append_request(text, add);
  text.append(initial).append("\r\n");
}

}  // namespace cache
