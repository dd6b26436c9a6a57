#include "handles/commands.h"

#include <charconv>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "handles/multi_get.h"
#include "handles/return_code.h"

namespace cache {

namespace {

// libmemcached's write buffer, MEMCACHED_MAX_BUFFER of its sources.
constexpr std::size_t kWriteBuffer = 8196;

std::size_t decimal_digits(std::uint64_t number) {
  std::size_t digits = 1;
  while (number >= 10) {
    number /= 10;
    ++digits;
  }
  return digits;
}

// A refusal is an answer: the server read the whole request and changed nothing.
bool is_refusal(memcached_return_t cause) {
  switch (cause) {
    case MEMCACHED_CLIENT_ERROR:
    case MEMCACHED_ERROR:
    case MEMCACHED_E2BIG:
    case MEMCACHED_SERVER_MEMORY_ALLOCATION_FAILURE:
    case MEMCACHED_MEMORY_ALLOCATION_FAILURE:
    case MEMCACHED_AUTH_PROBLEM:
    case MEMCACHED_AUTH_FAILURE:
    case MEMCACHED_NOT_SUPPORTED:
      return true;
    default:
      return false;
  }
}

Answer to_answer(Connection& connection, memcached_return_t code) {
  Answer answer;
  const memcached_return_t cause = true_cause(*connection.handle(), code);
  answer.outcome.status = to_status(cause);
  answer.connection_lost = memcached_fatal(code) || !connection.is_clean();
  if (is_failure(answer.outcome.status)) {
    Fault fault = connection.fault(code);
    answer.outcome.error_number = fault.error_number;
    answer.outcome.maybe_applied = !is_refusal(cause);
    answer.text = std::move(fault.detail);
  }
  return answer;
}

// flush_all and stats answer "success" whatever the reply said (H56).
Answer to_answer_or_last_error(Connection& connection, memcached_return_t code) {
  const memcached_return_t last = memcached_last_error(connection.handle());
  return to_answer(connection, memcached_success(code) && last != MEMCACHED_SUCCESS ? last : code);
}

// What memcached calls "exists" (binary add) or "not found" (binary replace, append) is NOT_STORED
// in the text protocol: one answer for both.
Answer to_storage_answer(Connection& connection, memcached_return_t code) {
  Answer answer = to_answer(connection, code);
  Status& status = answer.outcome.status;
  if (status == Status::Miss || status == Status::Exists) status = Status::NotStored;
  return answer;
}

Answer store(Connection& connection, const Operation& operation) {
  memcached_st* handle = connection.handle();
  const std::string_view key = operation.key;
  const std::string_view value = operation.value;
  const auto exptime = static_cast<time_t>(operation.exptime);
  const auto call = [&](auto function) {
    return to_storage_answer(connection, function(handle, key.data(), key.size(), value.data(),
                                                  value.size(), exptime, operation.flags));
  };
  switch (operation.command) {
    case Command::Add:
      return call(memcached_add);
    case Command::Replace:
      return call(memcached_replace);
    case Command::Append:
      return call(memcached_append);
    case Command::Prepend:
      return call(memcached_prepend);
    default:
      return call(memcached_set);
  }
}

Answer compare_and_swap(Connection& connection, const Operation& operation) {
  // libmemcached's buffer for it is one byte too short for a token of 20 digits.
  constexpr std::uint64_t kLongestTextToken = 9'999'999'999'999'999'999U;
  if (connection.protocol() == Protocol::Text && operation.number > kLongestTextToken) {
    return {{.status = Status::Unsupported}, "libmemcached cannot send a token of 20 digits"};
  }
  return to_answer(
      connection,
      memcached_cas(connection.handle(), operation.key.data(), operation.key.size(),
                    operation.value.data(), operation.value.size(),
                    static_cast<time_t>(operation.exptime), operation.flags, operation.number));
}

// Gets one item. `answer.text` is its value.
Answer fetch_one(Connection& connection, std::string_view key) {
  const char* data = key.data();
  const std::size_t length = key.size();
  const memcached_return_t sent = memcached_mget(connection.handle(), &data, &length, 1);
  if (sent != MEMCACHED_SUCCESS) return to_answer(connection, sent);

  Answer answer;
  answer.outcome.status = Status::Miss;
  MultiGetReader reader(connection);
  while (const memcached_result_st* result = reader.next()) {
    if (std::string_view(memcached_result_key_value(result), memcached_result_key_length(result)) !=
        key) {
      return {{.status = Status::Protocol}, "a value that nobody asked for", true};
    }
    answer.outcome.status = Status::Ok;
    answer.outcome.flags = memcached_result_flags(result);
    answer.outcome.number = memcached_result_cas(result);
    answer.text.assign(memcached_result_value(result), memcached_result_length(result));
  }
  if (const Fault& fault = reader.fault()) {
    return {{.status = fault.status, .error_number = fault.error_number}, fault.detail, true};
  }
  return answer;
}

bool is_number(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);  // decr leaves blanks behind (H42)
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Answer count_once(Connection& connection, const Operation& operation) {
  memcached_st* handle = connection.handle();
  const std::string_view key = operation.key;
  const bool up = operation.command == Command::Incr;
  std::uint64_t value = 0;
  memcached_return_t code = MEMCACHED_SUCCESS;
  if (operation.has_initial && connection.protocol() == Protocol::Binary) {
    const auto function = up ? memcached_increment_with_initial : memcached_decrement_with_initial;
    code = function(handle, key.data(), key.size(), operation.number, operation.initial,
                    static_cast<time_t>(operation.exptime), &value);
  } else {
    // The plain functions take a delta of 32 bits, the ones with a group key all 64 (H42).
    const auto function = up ? memcached_increment_by_key : memcached_decrement_by_key;
    code =
        function(handle, key.data(), key.size(), key.data(), key.size(), operation.number, &value);
  }
  Answer answer = to_answer(connection, code);
  answer.outcome.number = value;
  return answer;
}

// Over the binary protocol libmemcached reads "not a number" as garbage and drops the connection
// (section 1, row 9), so the item itself must tell.
bool holds_no_number(Connection& connection, const Operation& operation) {
  connection.abort();
  if (connection.open(operation.deadline)) return false;
  const Answer item = fetch_one(connection, operation.key);
  return item.outcome.status == Status::Ok && !is_number(item.text);
}

// The text protocol has no initial value (H43).
Answer create_counter(Connection& connection, const Operation& operation) {
  const std::string initial = std::to_string(operation.initial);
  Operation add = operation;
  add.command = Command::Add;
  add.value = initial;
  Answer answer = store(connection, add);
  answer.outcome.number = operation.initial;
  return answer;
}

Answer count(Connection& connection, const Operation& operation) {
  const bool text = connection.protocol() == Protocol::Text;
  for (;;) {
    Answer answer = count_once(connection, operation);
    if (answer.outcome.status == Status::Miss && operation.has_initial && text) {
      answer = create_counter(connection, operation);
    }
    const Status status = answer.outcome.status;
    if (status == Status::NotStored) {
      // Somebody else has created the counter first, which in the binary protocol the server itself
      // may notice between its two steps. Whoever is refused counts again: exact, however many do
      // it at once.
      if (Clock::now() < operation.deadline) continue;
      return {{.status = Status::Timeout}, {}, false};
    }
    if (status == Status::Protocol && (text ? answer.text.find("non-numeric") != std::string::npos
                                            : holds_no_number(connection, operation))) {
      return {{.status = Status::NotNumeric}, {}, !connection.is_clean()};
    }
    return answer;
  }
}

Answer touch(Connection& connection, const Operation& operation) {
  Answer answer = to_answer(
      connection, memcached_touch(connection.handle(), operation.key.data(), operation.key.size(),
                                  static_cast<time_t>(operation.exptime)));
  answer.text.clear();  // libmemcached has put words of its own over the server's
  return answer;
}

// libmemcached has no gat. Touching first means that an item never expires between the two; one
// that is deleted between them is a miss, as it would be a moment later.
Answer get_and_touch(Connection& connection, const Operation& operation) {
  Answer touched = touch(connection, operation);
  if (touched.outcome.status != Status::Ok) return touched;
  Answer answer = fetch_one(connection, operation.key);
  answer.outcome.maybe_applied = is_failure(answer.outcome.status);
  return answer;
}

memcached_return_t append_stat(const memcached_instance_st* /*server*/, const char* name,
                               std::size_t name_length, const char* value, std::size_t value_length,
                               void* text) {
  static_cast<std::string*>(text)
      ->append(name, name_length)
      .append(1, ' ')
      .append(value, value_length)
      .append(1, '\n');
  return MEMCACHED_SUCCESS;
}

Answer stats(Connection& connection, std::string_view section) {
  const std::string name(section);
  std::string lines;
  const memcached_return_t code = memcached_stat_execute(
      connection.handle(), name.empty() ? nullptr : name.c_str(), &append_stat, &lines);
  Answer answer = to_answer_or_last_error(connection, code);
  const std::string_view message = memcached_last_error_message(connection.handle());
  if (name == "reset" && message.find("UNKNOWN READ FAILURE, RESET") != std::string_view::npos) {
    // libmemcached does not know the reply to "stats reset", and drops the connection it came on.
    return {{.status = Status::Ok}, {}, true};
  }
  if (answer.outcome.status != Status::Ok) return answer;
  // No lines are what libmemcached makes of an ERROR (H56). These have none by themselves: the
  // items of an empty server, and a reset over the binary protocol.
  const bool may_be_empty =
      name == "items" || (name == "reset" && connection.protocol() == Protocol::Binary);
  if (lines.empty() && !may_be_empty) {
    return {{.status = Status::Unsupported}, "the server has no such stats in this protocol"};
  }
  answer.text = std::move(lines);
  return answer;
}

// Not memcached_version, which overflows its buffer on a forged reply (section 1, row 8).
Answer version(Connection& connection) {
  Answer answer = stats(connection, {});
  if (answer.outcome.status != Status::Ok) return answer;
  constexpr std::string_view kName = "\nversion ";
  const std::string lines = "\n" + answer.text;
  const std::size_t start = lines.find(kName);
  answer.text = start == std::string::npos
                    ? std::string()
                    : lines.substr(start + kName.size(),
                                   lines.find('\n', start + kName.size()) - start - kName.size());
  return answer;
}

Answer ping(Connection& connection) {
  const Deadline start = Clock::now();
  Answer answer = fetch_one(connection, "libmemcached:ping");
  if (!is_failure(answer.outcome.status)) answer = {};
  answer.outcome.number = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count());
  return answer;
}

Answer remove(Connection& connection, const Operation& operation) {
  return to_answer(connection, memcached_delete(connection.handle(), operation.key.data(),
                                                operation.key.size(), 0));
}

Answer flush(Connection& connection, const Operation& operation) {
  Answer answer = to_answer_or_last_error(
      connection, memcached_flush(connection.handle(), static_cast<time_t>(operation.number)));
  // Over the binary protocol libmemcached drops the reply, but also the connection when it was bad.
  if (answer.outcome.status == Status::Ok && !connection.is_alive()) {
    return {{.status = Status::ServerError}, "the server refused to flush", true};
  }
  return answer;
}

}  // namespace

Answer execute(Connection& connection, const Operation& operation) {
  connection.set_deadline(operation.deadline);
  switch (operation.command) {
    case Command::Cas:
      return compare_and_swap(connection, operation);
    case Command::Incr:
    case Command::Decr:
      return count(connection, operation);
    case Command::Touch:
      return touch(connection, operation);
    case Command::GetAndTouch:
      return get_and_touch(connection, operation);
    case Command::Delete:
      return remove(connection, operation);
    case Command::Flush:
      return flush(connection, operation);
    case Command::Version:
      return version(connection);
    case Command::Ping:
      return ping(connection);
    case Command::Stats:
      return stats(connection, operation.key);
    default:
      return store(connection, operation);
  }
}

std::size_t request_size(const Operation& operation, Protocol protocol) {
  const std::size_t payload = operation.key.size() + operation.value.size();
  if (protocol == Protocol::Binary) {
    const bool extras =
        operation.command != Command::Append && operation.command != Command::Prepend;
    return 24 + (extras ? 8 : 0) + payload;
  }
  constexpr auto kVerbLength = [](Command command) -> std::size_t {
    switch (command) {
      case Command::Replace:
      case Command::Prepend:
        return 7;
      case Command::Append:
        return 6;
      default:
        return 3;
    }
  };
  // verb, key, flags, exptime, length (and token), each behind a blank; two line ends
  const std::size_t token =
      operation.command == Command::Cas ? 1 + decimal_digits(operation.number) : 0;
  return kVerbLength(operation.command) + 1 + payload + 1 + decimal_digits(operation.flags) + 1 +
         decimal_digits(operation.exptime) + 1 + decimal_digits(operation.value.size()) + token + 4;
}

bool stays_in_kernel(std::size_t request_size) {
  return request_size != 0 && request_size % kWriteBuffer == 0;
}

}  // namespace cache
