// A wall clock that is an hour behind, right, and an hour ahead in turns of half a second:
// preloaded, it takes the place of the C library's functions. Other clocks are left alone.
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t step(void) {
  struct timespec now;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  const time_t half_seconds = 2 * now.tv_sec + now.tv_nsec / 500000000;
  return 3600 * (half_seconds % 3 - 1);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int failed = (int)syscall(SYS_clock_gettime, clock, now);
  const int is_wall_clock = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (!failed && is_wall_clock) now->tv_sec += step();
  return failed;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  const int failed = (int)syscall(SYS_gettimeofday, now, zone);
  if (!failed) now->tv_sec += step();
  return failed;
}

time_t time(time_t* copy) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (copy != NULL) *copy = now.tv_sec;
  return now.tv_sec;
}
