// A thread with a libuv loop that serves some of the servers.
#pragma once

#include <uv.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/batch.h"
#include "engine/hot_keys.h"
#include "pipelined/server_link.h"
#include "pipelined/spin_policy.h"

namespace cache {

// Its servers are indexed as on the ring; those that other threads serve are null here.
class IoThread {
 public:
  using Servers = std::vector<std::unique_ptr<ServerLink>>;

  IoThread() = default;
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  // Before start().
  IoContext& io() { return io_; }
  Servers& servers() { return servers_; }
  // The keys of all batches, unless it is null.
  void count_keys_in(HotKeys* hot_keys) { hot_keys_ = hot_keys; }

  // Any thread, once. Throws std::runtime_error.
  void start();

  // Any thread: takes the operations of `batch` whose servers are here. False after close(): then
  // it takes none.
  bool push(const std::shared_ptr<Batch>& batch);
  // Any thread: answers everything with Closed and ends the thread, which is not waited for.
  void close();
  bool wait_ended(Deadline deadline);

 private:
  void run();
  void turn();
  bool take_inbox();
  bool may_sleep();
  void watch();
  void stop();

  IoContext io_;
  Servers servers_;
  HotKeys* hot_keys_ = nullptr;
  uv_async_t wake_{};
  uv_prepare_t before_poll_{};
  uv_idle_t stay_awake_{};  // while it is active the loop polls and does not wait
  uv_timer_t tick_{};
  uv_timer_t calm_{};  // some time after a large backlog
  std::thread thread_;
  // The loop's thread only:
  SpinPolicy spin_policy_;
  std::uint64_t done_ = 0;
  bool had_large_backlog_ = false;

  std::mutex mutex_;  // guards all below
  std::condition_variable ended_;
  std::vector<std::shared_ptr<Batch>> inbox_;
  bool asleep_ = false;  // must be woken to see the inbox
  bool close_requested_ = false;
  bool running_ = false;
};

}  // namespace cache
