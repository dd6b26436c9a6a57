#include "pipelined/io_thread.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <stdexcept>
#include <utility>

#include "engine/threads.h"

namespace cache {

namespace {
constexpr std::uint64_t kTick = 10;  // milliseconds

// Operations under way at once after which it is worth a few milliseconds to look for memory that
// the system may have back: once their callers have let go of it too.
constexpr std::size_t kLargeBacklog = 20'000;
constexpr std::uint64_t kUntilCalm = 2000;  // milliseconds

// glibc keeps freed memory, of a burst of 200,000 operations some 30 MB, until it is asked.
void give_back_memory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}
}  // namespace

IoThread::~IoThread() {
  close();
  if (thread_.joinable()) thread_.join();
}

void IoThread::start() {
  if (uv_loop_init(&io_.loop) != 0) throw std::runtime_error("no event loop for the I/O thread");
  uv_async_init(&io_.loop, &wake_, [](uv_async_t*) {});  // turn() looks what there is
  uv_prepare_init(&io_.loop, &before_poll_);
  uv_idle_init(&io_.loop, &stay_awake_);
  uv_timer_init(&io_.loop, &tick_);
  uv_timer_init(&io_.loop, &calm_);
  before_poll_.data = tick_.data = this;
  uv_prepare_start(&before_poll_,
                   [](uv_prepare_t* prepare) { static_cast<IoThread*>(prepare->data)->turn(); });
  running_ = true;
  try {
    thread_ = start_thread([this] { run(); });
  } catch (...) {  // the process has no more threads
    stop();
    run();
    throw;
  }
}

// The thread is woken under the lock: once it knows that it must close, wake_ may be gone.
bool IoThread::push(const std::shared_ptr<Batch>& batch) {
  const std::lock_guard lock(mutex_);
  if (close_requested_) return false;
  inbox_.push_back(batch);
  if (std::exchange(asleep_, false)) uv_async_send(&wake_);
  return true;
}

void IoThread::close() {
  const std::lock_guard lock(mutex_);
  if (running_ && !std::exchange(close_requested_, true)) uv_async_send(&wake_);
}

bool IoThread::wait_ended(Deadline deadline) {
  std::unique_lock lock(mutex_);
  return ended_.wait_until(lock, deadline, [this] { return !running_; });
}

void IoThread::run() {
  uv_run(&io_.loop, UV_RUN_DEFAULT);
  uv_loop_close(&io_.loop);
  const std::lock_guard lock(mutex_);
  running_ = false;
  ended_.notify_all();
}

// Before the loop waits: what has come in and what was answered since it last did leaves.
void IoThread::turn() {
  bool worked = take_inbox();
  std::uint64_t done = 0;
  std::size_t pending = 0;
  for (const auto& server : servers_) {
    if (!server) continue;
    server->flush();
    done += server->done();
    pending += server->pending();
  }
  // To start a handle that stop() has closed would keep the loop running for ever.
  if (io_.closing) return;
  had_large_backlog_ |= pending >= kLargeBacklog;
  worked |= done != std::exchange(done_, done);
  if (spin_policy_.stays_awake(worked, pending, Clock::now()) || !may_sleep()) {
    uv_idle_start(&stay_awake_, [](uv_idle_t*) {});
  } else {
    uv_idle_stop(&stay_awake_);
  }
}

// Whether there is nothing new. From then on whoever brings something wakes the thread.
bool IoThread::may_sleep() {
  const std::lock_guard lock(mutex_);
  asleep_ = inbox_.empty();
  return asleep_;
}

bool IoThread::take_inbox() {
  std::vector<std::shared_ptr<Batch>> batches;
  bool must_close = false;
  {
    const std::lock_guard lock(mutex_);
    batches.swap(inbox_);
    asleep_ = false;
    must_close = close_requested_;
  }
  for (const auto& batch : batches) {
    if (hot_keys_ != nullptr) hot_keys_->count(*batch);
    for (std::uint32_t i = 0; i < batch->size(); ++i) {
      ServerLink* server = servers_[batch->operation(i).server].get();
      if (server != nullptr) server->push({batch, i});
    }
  }
  if (!batches.empty() && !uv_is_active(reinterpret_cast<uv_handle_t*>(&tick_))) {
    uv_timer_start(
        &tick_, [](uv_timer_t* tick) { static_cast<IoThread*>(tick->data)->watch(); }, kTick,
        kTick);
  }
  if (must_close) stop();
  return !batches.empty();
}

// The tick stops when there is nothing to watch: an idle engine costs no wake-ups.
void IoThread::watch() {
  const Deadline now = Clock::now();
  bool something_to_watch = false;
  for (const auto& server : servers_) {
    if (server) something_to_watch |= server->watch(now);
  }
  if (something_to_watch) return;
  uv_timer_stop(&tick_);
  if (std::exchange(had_large_backlog_, false)) {
    uv_timer_start(
        &calm_, [](uv_timer_t*) { give_back_memory(); }, kUntilCalm, 0);
  }
}

void IoThread::stop() {
  io_.closing = true;
  for (const auto& server : servers_) {
    if (server) server->close();
  }
  for (auto* handle :
       {reinterpret_cast<uv_handle_t*>(&wake_), reinterpret_cast<uv_handle_t*>(&before_poll_),
        reinterpret_cast<uv_handle_t*>(&stay_awake_), reinterpret_cast<uv_handle_t*>(&tick_),
        reinterpret_cast<uv_handle_t*>(&calm_)}) {
    if (!uv_is_closing(handle)) uv_close(handle, nullptr);
  }
}

}  // namespace cache
