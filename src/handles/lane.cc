#include "handles/lane.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "engine/threads.h"
#include "handles/commands.h"
#include "handles/get_many.h"

namespace cache {

namespace {

constexpr std::size_t kMaxReadBytesTogether = 64 * 1024;

// The lane's thread answers what it is interrupted in by itself; only where it cannot be freed does
// the watchdog answer in its place.
constexpr std::chrono::milliseconds kGrace{25};

Deadline latest_deadline(const std::vector<QueuedOperation>& operations) {
  Deadline latest = Deadline::min();
  for (const auto& queued : operations) latest = std::max(latest, queued.operation().deadline);
  return latest;
}

Deadline earliest_unsettled_deadline(const std::vector<QueuedOperation>& operations) {
  Deadline earliest = Deadline::max();
  for (const auto& queued : operations) {
    if (queued.batch->is_settled(queued.index)) continue;
    earliest = std::min(earliest, queued.operation().deadline);
  }
  return earliest;
}

// A refusal would only be repeated.
bool is_worth_a_retry(Status status) {
  return status == Status::Connection || status == Status::Timeout || status == Status::Protocol;
}

}  // namespace

Lane::Lane(ServerState& server) : server_(server), connection_(server.endpoint) {}

Lane::~Lane() {
  close();
  join();
}

void Lane::push(std::vector<QueuedOperation>&& operations) {
  {
    const std::lock_guard lock(mutex_);
    load_.fetch_add(operations.size(), std::memory_order_relaxed);
    for (QueuedOperation& queued : operations) {
      earliest_queued_ = std::min(earliest_queued_, queued.operation().deadline);
      queue_.push_back(std::move(queued));
    }
    if (closing_) {
      refuse_queued(Status::Closed);
      return;
    }
    if (server_.breaker.is_open()) {  // the lane's thread may be at a probe, which takes its time
      refuse_queued(server_.breaker.reason());
      return;
    }
    if (!has_thread()) {
      refuse_queued(Status::Connection);
      return;
    }
  }
  wake_.notify_one();
}

void Lane::fail_queued(Status status) {
  const std::lock_guard lock(mutex_);
  refuse_queued(status);
}

void Lane::request_connection() {
  {
    const std::lock_guard lock(mutex_);
    if (closing_ || !has_thread()) return;
    connection_requested_ = true;
  }
  wake_.notify_one();
}

void Lane::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    refuse_queued(Status::Closed);
    connection_.interrupt();
  }
  wake_.notify_one();
}

void Lane::join() {
  if (thread_.joinable()) thread_.join();
}

bool Lane::wait_ended(Deadline deadline) {
  std::unique_lock lock(mutex_);
  return ended_.wait_until(lock, deadline, [this] { return !running_; });
}

// An operation is done with, here and for the order of its key.
void Lane::leave(const QueuedOperation& queued) {
  if (!is_server_wide(queued.operation().command)) server_.order.leave(queued.group);
  load_.fetch_sub(1, std::memory_order_relaxed);
}

// Starts it with the first task. False where the system has none to give: then the next task tries.
bool Lane::has_thread() {
  if (thread_.joinable()) return true;
  try {
    thread_ = start_thread([this] { run(); });
  } catch (const std::system_error&) {
    return false;
  }
  running_ = true;
  return true;
}

void Lane::refuse_queued(Status status) {
  Answers answers(server_.index, server_.metrics);
  for (const auto& queued : queue_) {
    if (queued.batch->settle_unsent(queued.index)) answers.tell(queued, {.status = status});
    leave(queued);
  }
  answers.flush();
  queue_.clear();
  earliest_queued_ = Deadline::max();
}

// --- the watchdog's side ---

bool Lane::watch(Deadline now) {
  const std::lock_guard lock(mutex_);
  if (now >= std::min(earliest_queued_, next_sweep_)) expire_queued(now);
  if (task_ != Task::Idle) watch_in_flight(now);
  return task_ != Task::Idle || !queue_.empty();
}

void Lane::expire_queued(Deadline now) {
  Answers answers(server_.index, server_.metrics);
  earliest_queued_ = Deadline::max();
  next_sweep_ = now + kSweepInterval;
  std::deque<QueuedOperation> waiting;
  for (QueuedOperation& queued : queue_) {
    const Deadline deadline = queued.operation().deadline;
    if (queued.batch->is_settled(queued.index)) {
      leave(queued);
    } else if (deadline > now) {
      earliest_queued_ = std::min(earliest_queued_, deadline);
      waiting.push_back(std::move(queued));
    } else {
      stuck_ = task_ != Task::Idle;
      if (queued.batch->settle_unsent(queued.index)) {
        answers.tell(queued, {.status = Status::Timeout});
      }
      leave(queued);
    }
  }
  answers.flush();
  queue_ = std::move(waiting);
}

void Lane::watch_in_flight(Deadline now) {
  if (needs_push_) connection_.push();
  if (now < task_deadline_) return;
  connection_.interrupt();
  if (now < task_deadline_ + kGrace || task_ != Task::Operations) return;

  Answers answers(server_.index, server_.metrics);
  for (const auto& queued : in_flight_) {
    if (queued.operation().deadline + kGrace > now) continue;
    answers.settle(queued, {.status = Status::Timeout, .maybe_applied = request_sent_});
  }
  answers.flush();
  task_deadline_ = earliest_unsettled_deadline(in_flight_);
}

// --- the lane's own thread ---

void Lane::run() {
  while (take_task()) {
    if (task_ == Task::Connection) {
      connect();
    } else {
      serve();
    }
    const std::lock_guard lock(mutex_);
    for (const auto& queued : in_flight_) leave(queued);
    in_flight_.clear();
    task_ = Task::Idle;
    stuck_ = false;
  }
  drop_connection();
  const std::lock_guard lock(mutex_);
  running_ = false;
  ended_.notify_all();
}

bool Lane::take_task() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return closing_ || connection_requested_ || !queue_.empty(); });
  if (closing_) return false;
  needs_push_ = false;
  request_sent_ = false;
  if (std::exchange(connection_requested_, false)) {
    task_ = Task::Connection;
    task_deadline_ =
        Clock::now() + std::chrono::milliseconds(server_.endpoint.transport.connect_timeout_ms);
  } else {
    task_ = Task::Operations;
    take_operations();
    task_deadline_ = earliest_unsettled_deadline(in_flight_);
  }
  return true;
}

// One write, or the reads at the front of the queue.
void Lane::take_operations() {
  Answers answers(server_.index, server_.metrics);
  const Deadline now = Clock::now();
  std::size_t bytes = 0;
  while (!queue_.empty() && in_flight_.size() < kMaxReadsTogether &&
         bytes < kMaxReadBytesTogether) {
    const Operation& next = queue_.front().operation();
    if (!in_flight_.empty() && !is_read(next.command)) break;
    QueuedOperation queued = std::move(queue_.front());
    queue_.pop_front();
    const bool is_late = next.deadline <= now;  // of no use to anybody any more: never sent
    if (!queued.batch->claim(queued.index) || is_late) {
      if (is_late) answers.settle(queued, {.status = Status::Timeout});
      leave(queued);
      continue;
    }
    bytes += next.key.size() + 1;
    const bool read = is_read(next.command);
    in_flight_.push_back(std::move(queued));
    if (!read) break;
  }
  answers.flush();
  if (queue_.empty()) earliest_queued_ = Deadline::max();
}

void Lane::serve() {
  if (in_flight_.empty()) return;
  try {
    if (server_.breaker.is_open()) {
      fail({server_.breaker.reason()});
    } else if (is_read(in_flight_.front().operation().command)) {
      serve_reads();
    } else {
      serve_write(in_flight_.front());
    }
  } catch (const std::exception&) {  // only memory can run out here
    drop_connection();
    fail({Status::OutOfMemory});
  }
}

// A read may be asked twice: the first time may have met a connection that had died unnoticed.
void Lane::serve_reads() {
  Answers answers(server_.index, server_.metrics);
  Fault fault;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if ((fault = ensure_connection(latest_deadline(in_flight_)))) break;
    const Deadline asked = Clock::now();
    connection_.set_deadline(latest_deadline(in_flight_));
    fault = get_many(connection_, in_flight_, answers);
    record_result(fault.status, asked);
    if (!fault) return;
    drop_connection();
    answers.flush();
    if (closing_ || !is_worth_a_retry(fault.status) || !settle_overdue()) break;
  }
  if (fault.status == Status::ServerError && in_flight_.size() > 1) return serve_reads_apart();
  fail(fault);
}

// The server refused one of several keys without saying which, as a proxy does that has lost one of
// its servers: each is asked for by itself.
void Lane::serve_reads_apart() {
  Answers answers(server_.index, server_.metrics);
  for (const auto& queued : in_flight_) {
    if (closing_ || !settle_overdue()) break;
    if (queued.batch->is_settled(queued.index)) continue;
    const Deadline deadline = queued.operation().deadline;
    Fault fault = ensure_connection(deadline);
    if (!fault) {
      const Deadline asked = Clock::now();
      connection_.set_deadline(deadline);
      fault = get_many(connection_, {queued}, answers);
      record_result(fault.status, asked);
      if (!fault) continue;
      drop_connection();
    }
    answers.settle(queued, outcome_of(fault, queued));
    if (fault.status != Status::ServerError) break;
  }
  answers.flush();
  fail({Status::Connection});  // whom none of that has answered
}

// Answers the reads whose time is over. False when nothing is left to ask again for.
bool Lane::settle_overdue() {
  Answers answers(server_.index, server_.metrics);
  const Deadline now = Clock::now();
  for (const auto& queued : in_flight_) {
    if (queued.operation().deadline <= now) answers.settle(queued, {.status = Status::Timeout});
  }
  const std::lock_guard lock(mutex_);
  task_deadline_ = earliest_unsettled_deadline(in_flight_);
  return task_deadline_ != Deadline::max();
}

void Lane::serve_write(const QueuedOperation& write) {
  const Operation& operation = write.operation();
  if (const Fault fault = ensure_connection(operation.deadline)) return fail(fault);
  bool is_late = false;
  {
    // A login may outlast the deadline: the watchdog has then said that nothing of it was sent.
    const std::lock_guard lock(mutex_);
    is_late = is_over(operation.deadline) || write.batch->is_settled(write.index);
    request_sent_ = !is_late;
    needs_push_ = !is_late && stays_in_kernel(request_size(operation, connection_.protocol()));
  }
  if (is_late) return fail({Status::Timeout});
  if (needs_push_) server_.wake_watchdog();

  const Deadline asked = Clock::now();
  Answer answer = execute(connection_, operation);
  // A server that does not understand a write takes its value for another one and answers that too.
  if (answer.connection_lost || answer.outcome.status == Status::Protocol) drop_connection();
  const bool lost_by_fault = answer.connection_lost && is_failure(answer.outcome.status);
  record_result(lost_by_fault ? answer.outcome.status : Status::Ok, asked);

  answer.outcome.value = answer.text;
  answer.outcome.status = reported(answer.outcome.status, operation.deadline);
  Answers(server_.index, server_.metrics).settle(write, answer.outcome);
}

void Lane::connect() {
  if (server_.breaker.is_open()) {
    drop_connection();  // a new one tells whether the server is back
    ensure_connection(task_deadline_);
  } else if (!connection_.is_open()) {
    // Before it is needed: what fails here has failed nobody, and tells the breaker nothing.
    connection_.open(task_deadline_);
    note_connection();
  }
}

Fault Lane::ensure_connection(Deadline deadline) {
  const bool usable = connection_.is_usable();
  note_connection();
  if (usable) return {};

  const Deadline asked = Clock::now();
  Fault fault = connection_.open(deadline);
  note_connection();
  // A server that lets everybody in and then answers nothing must not clear its record by that.
  if (fault || server_.breaker.is_open()) record_result(fault.status, asked);
  return fault;
}

void Lane::drop_connection() {
  connection_.abort();
  note_connection();
}

void Lane::note_connection() {
  const bool is_open = connection_.is_open();
  if (connected_.exchange(is_open, std::memory_order_relaxed) == is_open) return;
  if (!is_open) {
    --server_.connections;
    return;
  }
  ++server_.connections;
  if (++server_.connects == 1) server_.on_first_connection();
}

// Nothing of the operations has been sent, or they are reads.
void Lane::fail(const Fault& fault) {
  Answers answers(server_.index, server_.metrics);
  for (const auto& queued : in_flight_) answers.settle(queued, outcome_of(fault, queued));
}

Outcome Lane::outcome_of(const Fault& fault, const QueuedOperation& queued) const {
  return {.status = reported(fault.status, queued.operation().deadline),
          .error_number = fault.error_number,
          .value = fault.detail};
}

// What the breaker learns. Refusals are answers of a server that works.
void Lane::record_result(Status status, Deadline asked) {
  const Deadline now = Clock::now();
  switch (status) {
    case Status::Timeout:
      if (now - asked < kTellingWait) return;
      [[fallthrough]];
    case Status::Connection:
      if (was_cut_short(asked)) return;
      [[fallthrough]];
    case Status::Protocol:
    case Status::Authentication:
      if (!closing_ && server_.breaker.record_failure(status, now)) server_.on_breaker_opened();
      return;
    default:
      if (server_.breaker.record_success()) server_.on_breaker_closed();
  }
}

// By an operation whose whole time was too short, and ended meanwhile. One that has waited in the
// queue for most of its time does count: behind a server that hangs nobody has more.
bool Lane::was_cut_short(Deadline asked) const {
  return std::ranges::any_of(in_flight_, [asked](const QueuedOperation& queued) {
    const Deadline deadline = queued.operation().deadline;
    const bool was_short = deadline - queued.batch->submitted() < kTellingWait;
    return was_short && deadline > asked && is_over(deadline);
  });
}

// A connection that was not there in time, or that the watchdog ended: time is what ran out.
Status Lane::reported(Status status, Deadline deadline) const {
  if (!is_failure(status)) return status;
  if (closing_) return Status::Closed;
  return status == Status::Connection && is_over(deadline) ? Status::Timeout : status;
}

}  // namespace cache
