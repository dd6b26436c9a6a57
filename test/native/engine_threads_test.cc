#include <doctest/doctest.h>

#include <array>

#include "engine/threads.h"

namespace cache {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGPROF, SIGALRM, SIGCHLD};

sigset_t mask_of_this_thread() {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return mask;
}

}  // namespace

TEST_CASE("an engine's thread has all signals blocked, and who started it keeps its own mask") {
  const sigset_t before = mask_of_this_thread();
  sigset_t inside;
  start_thread([&] { inside = mask_of_this_thread(); }).join();
  const sigset_t after = mask_of_this_thread();
  for (const int signal : kSignals) {
    CAPTURE(signal);
    CHECK(sigismember(&inside, signal) == 1);
    CHECK(sigismember(&after, signal) == sigismember(&before, signal));
  }
  CHECK(sigismember(&after, SIGPROF) == 0);
}

}  // namespace cache
