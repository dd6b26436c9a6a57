#pragma once

#include <stdexcept>

namespace cache {

// A ring that libmemcached refuses, or that it would abort the process for (H15, H53). The message
// names the option at fault and is fit for the user.
class RingError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

}  // namespace cache
