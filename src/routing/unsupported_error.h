#pragma once

#include <stdexcept>

namespace cache {

// What is asked needs another library than the one installed. The message says which.
class UnsupportedError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace cache
