// The words of a libmemcached configuration string.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cache {

// `--NAME`, `--NAME=value`, or a bare command such as `RESET`.
struct ConfigurationWord {
  std::string name;                       // in capitals: libmemcached ignores case
  std::optional<std::string_view> value;  // what stands after the "=", quotes included

  // "option --NAME=value", shortened: how a message names the word.
  std::string described() const;
};

// The words up to `END`, without comments. Views point into `configuration`. Throws RingError for
// bytes and quotes that libmemcached would keep or cut in a surprising way.
std::vector<ConfigurationWord> words_of(std::string_view configuration);

}  // namespace cache
