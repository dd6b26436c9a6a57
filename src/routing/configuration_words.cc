#include "routing/configuration_words.h"

#include <algorithm>

#include "routing/ring_error.h"

namespace cache {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_blank(char byte) { return kBlanks.find(byte) != std::string_view::npos; }

std::string in_capitals(std::string_view text) {
  std::string capitals(text);
  for (char& byte : capitals) {
    if (byte >= 'a' && byte <= 'z') byte = static_cast<char>(byte - 'a' + 'A');
  }
  return capitals;
}

// A backslash escapes a quote for libmemcached's scanner and yet stays in the value.
bool is_refused(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return byte == '\\' || code == 0x7f || (code < 0x20 && !is_blank(byte));
}

void check_bytes(std::string_view configuration) {
  const auto refused = std::ranges::find_if(configuration, is_refused);
  if (refused == configuration.end()) return;
  throw RingError("configuration must hold no backslash and no control character, got byte " +
                  std::to_string(static_cast<unsigned char>(*refused)) + " at " +
                  std::to_string(refused - configuration.begin()));
}

// A word ends at the first blank outside quotes.
std::size_t length_of_word(std::string_view text) {
  bool quoted = false;
  std::size_t length = 0;
  for (; length < text.size(); ++length) {
    if (text[length] == '"') quoted = !quoted;
    if (!quoted && is_blank(text[length])) break;
  }
  if (quoted) throw RingError("configuration must close every quote, got an open one");
  return length;
}

ConfigurationWord word_from(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return {in_capitals(text), std::nullopt};
  return {in_capitals(text.substr(0, equals)), text.substr(equals + 1)};
}

}  // namespace

std::string ConfigurationWord::described() const {
  std::string text = "option " + name;
  if (value) text.append("=").append(*value);
  return text.substr(0, 80);
}

std::vector<ConfigurationWord> words_of(std::string_view configuration) {
  check_bytes(configuration);
  std::vector<ConfigurationWord> words;
  std::string_view rest = configuration;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    if (rest.empty()) return words;
    if (rest.front() == '#') {
      rest.remove_prefix(std::min(rest.find('\n'), rest.size()));
      continue;
    }
    const std::size_t length = length_of_word(rest);
    words.push_back(word_from(rest.substr(0, length)));
    rest.remove_prefix(length);
    if (words.back().name == "END") {
      words.pop_back();
      return words;
    }
  }
}

}  // namespace cache
