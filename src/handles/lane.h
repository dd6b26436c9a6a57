// A queue, the thread that serves it, and the one connection the thread talks on.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/answers.h"
#include "engine/batch.h"
#include "handles/connection.h"
#include "handles/server_state.h"

namespace cache {

// Operations are served in the order they came; as long as one of a key is here all others of it
// come here too (KeyOrder), which makes that the order of the key. Reads that stand next to each
// other travel as one memcached_mget; every write waits for its reply.
class Lane {
 public:
  explicit Lane(ServerState& server);
  // Closes and joins.
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Any thread. Starts the lane's thread with the first operation.
  void push(std::vector<QueuedOperation>&& operations);
  // Any thread. Answers all that is queued: nothing of it was sent.
  void fail_queued(Status status);
  // Any thread. Asks the lane to connect: to try whether the server is back, or before it is
  // needed.
  void request_connection();
  // Any thread. Everything unanswered is answered Closed; does not wait.
  void close();
  // After close(): waits for the lane's thread, which is free within milliseconds unless it is just
  // connecting. One thread.
  void join();
  // Whether the thread has ended, or never began, by `deadline`. Any thread; blocks.
  bool wait_ended(Deadline deadline);

  // The watchdog: answers what is overdue and frees the thread from what blocks it.
  // Returns whether there is anything to watch.
  bool watch(Deadline now);

  // Operations here, waiting or under way. Any thread; a glance, without a lock.
  std::size_t load() const { return load_.load(std::memory_order_relaxed); }
  // Whether an operation has run out of time here, behind the one that is still under way.
  bool is_stuck() const { return stuck_.load(std::memory_order_relaxed); }
  bool is_connected() const { return connected_.load(std::memory_order_relaxed); }

 private:
  enum class Task : std::uint8_t { Idle, Operations, Connection };

  // With mutex_ held.
  bool has_thread();
  void refuse_queued(Status status);
  void expire_queued(Deadline now);
  void watch_in_flight(Deadline now);
  void take_operations();
  void leave(const QueuedOperation& queued);

  // The lane's thread, without the lock.
  void run();
  bool take_task();
  void connect();
  void serve();
  void serve_reads();
  void serve_reads_apart();
  void serve_write(const QueuedOperation& write);
  bool settle_overdue();
  Fault ensure_connection(Deadline deadline);
  void drop_connection();
  void note_connection();
  void fail(const Fault& fault);
  Outcome outcome_of(const Fault& fault, const QueuedOperation& queued) const;
  void record_result(Status status, Deadline asked);
  bool was_cut_short(Deadline asked) const;
  Status reported(Status status, Deadline deadline) const;

  ServerState& server_;
  Connection connection_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<QueuedOperation> queue_;
  Deadline earliest_queued_ = Deadline::max();  // a lower bound
  Deadline next_sweep_{};
  // What the thread is at. It alone changes these, with the lock; it reads them without.
  std::vector<QueuedOperation> in_flight_;
  Task task_ = Task::Idle;
  Deadline task_deadline_ = Deadline::max();
  bool request_sent_ = false;
  bool needs_push_ = false;
  bool connection_requested_ = false;
  bool running_ = false;
  std::atomic<bool> closing_{false};
  std::atomic<std::size_t> load_{0};
  std::atomic<bool> connected_{false};
  std::atomic<bool> stuck_{false};
  std::thread thread_;
};

}  // namespace cache
