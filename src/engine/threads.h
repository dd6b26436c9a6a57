// How engine threads start.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace cache {

class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

// A thread with all signals blocked from its first instruction on: a profiler's or the user's
// signals must not interrupt its polls, which libmemcached could then prolong for ever (H23, N18).
// The new thread inherits the mask, so the caller's is changed around its creation.
// Throws std::system_error.
template <typename Body>
std::thread start_thread(Body body) {
  const AllSignalsBlocked blocked;
  return std::thread(std::move(body));
}

}  // namespace cache
