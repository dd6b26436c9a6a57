// How engine threads start.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace cache {

// A thread with all signals blocked from its first instruction on: a profiler's or the user's
// signals must not interrupt its polls, which libmemcached could then prolong for ever (H23, N18).
// The new thread inherits the mask, so the caller's is changed around its creation.
// Throws std::system_error.
template <typename Body>
std::thread start_thread(Body body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  struct Restore {
    const sigset_t& mask;
    ~Restore() { pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
  } const restore{before};
  return std::thread(std::move(body));
}

}  // namespace cache
