#include "routing/configuration.h"

#include <libmemcached-1.0/memcached.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>

#include "routing/configuration_words.h"
#include "routing/ring_error.h"
#include "routing/ring_limits.h"
#include "routing/ring_names.h"

namespace cache {
namespace {

using Word = ConfigurationWord;

struct Reading {
  ParsedConfiguration parsed;
  bool consistent = false;  // at any place of the string: the order of options does not matter here
};

bool is_name_byte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_name_byte);
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& byte : small) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return small;
}

std::string_view value_of(const Word& word) {
  if (!word.value) throw RingError(word.described() + " of configuration must have a value");
  return *word.value;
}

void check_flag(const Word& word) {
  if (word.value) throw RingError(word.described() + " of configuration must not have a value");
}

std::uint32_t number_from(const Word& word, std::string_view digits, std::uint32_t lowest,
                          std::uint32_t highest) {
  std::uint32_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || rest != end || number < lowest || number > highest) {
    throw RingError(word.described() + " of configuration must have a whole number from " +
                    std::to_string(lowest) + " to " + std::to_string(highest) + ", got '" +
                    std::string(digits.substr(0, 40)) + "'");
  }
  return number;
}

std::uint32_t number_of(const Word& word, std::uint32_t lowest) {
  return number_from(word, value_of(word), lowest, std::numeric_limits<std::int32_t>::max());
}

// Cuts "/?weight" off the end of `rest`. A weight cannot be read back from libmemcached's handle.
std::uint32_t take_weight(const Word& word, std::string_view& rest) {
  const std::size_t start = rest.rfind("/?");
  if (start == std::string_view::npos) return 1;
  const std::uint32_t weight = number_from(word, rest.substr(start + 2), 0, 99999);
  rest = rest.substr(0, start);
  return std::max(weight, 1U);  // 0 means 1, as to libmemcached
}

void read_server(Reading& reading, const Word& word) {
  std::string_view rest = value_of(word);
  Server server;
  server.weight = take_weight(word, rest);
  if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
    server.port = static_cast<std::uint16_t>(number_from(word, rest.substr(colon + 1), 1, 65535));
    rest = rest.substr(0, colon);
  }
  // Shorter names are not in libmemcached's grammar, nor are IPv6 literals; the longest it has room
  // for are far longer than a host name can be.
  if (!is_name(rest) || rest.size() < 3 || rest.size() > 255) {
    throw RingError(word.described() +
                    " of configuration must name a host by 3 to 255 letters, digits and . _ -");
  }
  server.host = rest;
  reading.parsed.servers.push_back(std::move(server));
}

// The text between quotes that enclose all of `quoted`.
std::string_view unquoted(const Word& word, std::string_view quoted) {
  const bool enclosed =
      quoted.size() > 2 && quoted.front() == '"' && quoted.find('"', 1) == quoted.size() - 1;
  if (!enclosed) throw RingError(word.described() + " of configuration must have a quoted value");
  return quoted.substr(1, quoted.size() - 2);
}

void read_socket(Reading& reading, const Word& word) {
  std::string_view rest = value_of(word);
  Server server;
  if (!rest.ends_with('"')) server.weight = take_weight(word, rest);
  server.host = unquoted(word, rest);
  server.port = 0;
  server.unix_socket = true;
  reading.parsed.servers.push_back(std::move(server));
}

void read_namespace(Reading& reading, const Word& word) {
  const std::string_view value = value_of(word);
  reading.parsed.namespace_ = is_name(value) ? value : unquoted(word, value);
}

void read_hash(Reading&, const Word& word) { hash_named(in_small_letters(value_of(word))); }

void read_distribution(Reading& reading, const Word& word) {
  const std::string value = in_small_letters(value_of(word));
  const std::size_t comma = value.find(',');
  const std::string distribution = value.substr(0, comma);
  if (distribution == "random") {
    throw RingError("configuration must not hold --DISTRIBUTION=random: no key could be read back");
  }
  if (is_consistent(distribution_named(distribution))) reading.consistent = true;
  if (comma != std::string::npos) hash_named(value.substr(comma + 1));
}

void read_binary_protocol(Reading& reading, const Word& word) {
  check_flag(word);
  reading.parsed.binary = true;
}

void read_hash_with_namespace(Reading& reading, const Word& word) {
  check_flag(word);
  reading.parsed.hash_with_namespace = true;
}

void read_connect_timeout(Reading& reading, const Word& word) {
  reading.parsed.connect_timeout_ms = number_of(word, 1);
}

void read_poll_timeout(Reading& reading, const Word& word) {
  reading.parsed.poll_timeout_ms = number_of(word, 1);
}

void read_pool_max(Reading& reading, const Word& word) {
  reading.parsed.pool_max = number_of(word, 1);
}

void pass_flag(Reading&, const Word& word) { check_flag(word); }

void pass_number(Reading&, const Word& word) { number_of(word, 0); }

struct Option {
  std::string_view name;
  void (*read)(Reading&, const Word&);
};

constexpr std::array kOptions{
    Option{"--SERVER", read_server},
    Option{"--SOCKET", read_socket},
    Option{"--NAMESPACE", read_namespace},
    Option{"--HASH-WITH-NAMESPACE", read_hash_with_namespace},
    Option{"--HASH", read_hash},
    Option{"--DISTRIBUTION", read_distribution},
    Option{"--SORT-HOSTS", pass_flag},  // libmemcached sorts, Router reads the order back
    Option{"--BINARY-PROTOCOL", read_binary_protocol},
    Option{"--CONNECT-TIMEOUT", read_connect_timeout},
    Option{"--POLL-TIMEOUT", read_poll_timeout},
    Option{"--POOL-MAX", read_pool_max},
    // What this client does anyhow.
    Option{"--SUPPORT-CAS", pass_flag},
    Option{"--TCP-KEEPALIVE", pass_flag},
    Option{"--TCP-NODELAY", pass_flag},
    Option{"--VERIFY-KEY", pass_flag},
    // Tuning of libmemcached's own input and output, which decides no key's place and no result.
    Option{"--FETCH-VERSION", pass_flag},
    Option{"--IO-BYTES-WATERMARK", pass_number},
    Option{"--IO-KEY-PREFETCH", pass_number},
    Option{"--IO-MSG-WATERMARK", pass_number},
    Option{"--POOL-MIN", pass_number},
    Option{"--RCV-TIMEOUT", pass_number},
    Option{"--RETRY-TIMEOUT", pass_number},
    Option{"--SND-TIMEOUT", pass_number},
    Option{"--SOCKET-RECV-SIZE", pass_number},
    Option{"--SOCKET-SEND-SIZE", pass_number},
    Option{"--TCP-KEEPIDLE", pass_flag},
    Option{"--USER-DATA", pass_flag},
};

struct Refusal {
  std::string_view name;
  std::string_view reason;
};

constexpr std::array kRefusals{
    Refusal{"--CONFIGURE-FILE", "it reads a file"},
    Refusal{"INCLUDE", "it reads a file"},
    Refusal{"RESET", "it forgets what stands before it"},
    Refusal{"DEBUG", "it makes libmemcached print to the standard error"},
    Refusal{"--BUFFER-REQUESTS", "a write must be answered before it is reported"},
    Refusal{"--NOREPLY", "a write must be answered before it is reported"},
    Refusal{"--USE-UDP", "libmemcached no longer has UDP"},
    Refusal{"--REMOVE-FAILED-SERVERS", "clients would disagree on the ring while a server is down"},
    Refusal{"--AUTO-EJECT-HOSTS", "clients would disagree on the ring while a server is down"},
    Refusal{"--NUMBER-OF-REPLICAS", "a key has one server"},
    Refusal{"--RANDOMIZE-REPLICA-READ", "a key has one server"},
};

template <typename Rows>
auto row_named(const Rows& rows, std::string_view name) {
  return std::ranges::find_if(rows, [&](const auto& row) { return row.name == name; });
}

void read_word(Reading& reading, const Word& word) {
  if (const auto refusal = row_named(kRefusals, word.name); refusal != kRefusals.end()) {
    throw RingError("configuration must not hold " + word.name + ": " +
                    std::string(refusal->reason));
  }
  const auto option = row_named(kOptions, word.name);
  if (option == kOptions.end()) {
    throw RingError("configuration must hold options of libmemcached, got " + word.described());
  }
  option->read(reading, word);
}

// Without the address of the handle in front and the source file behind (H48).
std::string_view message_in(std::string_view text) {
  text = text.substr(0, text.find(" -> "));
  while (text.starts_with("(0x")) text.remove_prefix(std::min(text.find(')') + 2, text.size()));
  return text;
}

void check_grammar(const std::string& configuration) {
  std::array<char, 1024> error{};
  const auto result = libmemcached_check_configuration(configuration.data(), configuration.size(),
                                                       error.data(), error.size());
  if (memcached_success(result)) return;
  throw RingError("configuration must be in libmemcached's grammar: " +
                  std::string(message_in(error.data())));
}

}  // namespace

ParsedConfiguration parse_configuration(const std::string& configuration) {
  Reading reading;
  for (const Word& word : words_of(configuration)) read_word(reading, word);
  check_server_count(reading.parsed.servers.size(), reading.consistent);
  check_grammar(configuration);
  return std::move(reading.parsed);
}

}  // namespace cache
