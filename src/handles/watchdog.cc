#include "handles/watchdog.h"

#include <utility>

#include "engine/threads.h"

namespace cache {

namespace {
constexpr std::chrono::milliseconds kTick{10};
// After hurry(), so that what a lane was about to do has been done at one of them.
constexpr std::chrono::milliseconds kHurriedTick{1};
constexpr int kHurriedTicks = 10;
}  // namespace

Watchdog::Watchdog(std::function<bool(Deadline)> watch)
    : watch_(std::move(watch)), thread_(start_thread([this] { run(); })) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Watchdog::wake() {
  if (awake_.load(std::memory_order_acquire)) return;
  {
    const std::lock_guard lock(mutex_);
    awake_.store(true, std::memory_order_release);
  }
  wake_.notify_one();
}

void Watchdog::hurry() {
  {
    const std::lock_guard lock(mutex_);
    hurry_ = true;
    awake_.store(true, std::memory_order_release);
  }
  wake_.notify_one();
}

void Watchdog::run() {
  int hurried_ticks = 0;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (std::exchange(hurry_, false)) hurried_ticks = kHurriedTicks;
    // Before the look, so that what arrives during it is seen by the next one.
    awake_.store(false, std::memory_order_release);
    lock.unlock();
    const bool something_to_watch = watch_(Clock::now());
    lock.lock();
    if (something_to_watch) awake_.store(true, std::memory_order_release);
    const auto is_called = [this] { return stopping_ || hurry_; };
    if (awake_.load(std::memory_order_acquire)) {
      wake_.wait_for(lock, hurried_ticks > 0 ? kHurriedTick : kTick, is_called);
      if (hurried_ticks > 0) --hurried_ticks;
    } else {
      wake_.wait(lock, [&] { return is_called() || awake_.load(std::memory_order_acquire); });
    }
  }
}

}  // namespace cache
