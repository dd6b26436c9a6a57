// What must hold for every input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace cache {

// Ends the process with `rule`, which libFuzzer reports as a finding with the input that broke it.
inline void require(bool holds, const char* rule) {
  if (holds) return;
  std::fprintf(stderr, "broken rule: %s\n", rule);
  std::abort();
}

}  // namespace cache
