#include "pipelined/pipeline.h"

#include <algorithm>
#include <cerrno>
#include <unordered_set>
#include <utility>

#include "pipelined/request_text.h"

namespace cache {

namespace {

// Reads that become one command. The gain levels off there (docs/performance.md), and a smaller
// command lets the server answer its first part while the next is on its way.
constexpr std::uint32_t kMostReads = 100;
constexpr std::size_t kMostReadBytes = 8 * 1024;

// So much waits in the socket's queue at the most; the rest stays where its deadline can reach it.
constexpr std::size_t kMostUnsent = 256 * 1024;

constexpr std::string_view kNeverAnswered =
    "connected, but nothing ever came back: the server hangs, is full, or does not speak the text "
    "protocol";

constexpr std::string_view kNoReplyInTime =
    "closed, because there was no reply in time to another operation";

}  // namespace

void Pipeline::push(QueuedOperation&& operation) {
  earliest_deadline_ = std::min(earliest_deadline_, operation.operation().deadline);
  queue_.push_back(std::move(operation));
}

void Pipeline::flush() {
  if (queue_.empty() && send_queue_.unsent() == 0) return;
  if (server_.breaker().is_open()) fail_queued(server_.breaker().reason());
  if (is_stale_ && requests_.empty()) drop_stream();
  if (state_ == State::Closed && !queue_.empty()) connect(Clock::now());
  if (state_ != State::Open) return;
  if (const int error = send_queued()) lose(Status::Connection, -error);
}

void Pipeline::probe() {
  const Deadline now = Clock::now();
  if (state_ == State::Open && now < probe_deadline_) return;
  if (state_ == State::Open) lose(Status::Connection, 0);
  if (state_ == State::Closed) connect(now);
}

// --- connecting ---

// How long a server may be silent that nobody knows to be well.
std::chrono::milliseconds Pipeline::connect_timeout() const {
  return std::chrono::milliseconds(server_.transport().connect_timeout_ms);
}

void Pipeline::connect(Deadline now) {
  if (server_.io().closing) return;
  connect_deadline_ = now + connect_timeout();
  addresses_.clear();
  state_ = State::Resolving;
  try_addresses();
}

// Names are looked up on another thread; watch() asks again until they are known.
void Pipeline::try_addresses() {
  const Server& server = server_.server();
  if (addresses_.empty()) {
    const auto known = server.unix_socket ? std::vector<std::string>{server.host}
                                          : server_.io().resolver.known(server.host);
    if (!known) return;
    if (known->empty()) return connection_failed(0, kDoesNotResolve);
    addresses_ = *known;
  }
  address_ = addresses_.front();
  addresses_.erase(addresses_.begin());
  state_ = State::Connecting;
  int error = 0;
  stream_ = Stream::connect(server_.io().loop, *this, server, address_, server_.transport(), error);
  if (stream_ == nullptr) connection_failed(error);
}

void Pipeline::on_connected(int error) {
  if (error != 0) return connection_failed(error);
  state_ = State::Open;
  has_answered_ = is_stale_ = false;
  server_.count_connection(true);
  ReplyHandler& handler = *this;
  parser_ = std::make_unique<ReplyParser>(handler);
  stream_->start_reading();
  if (server_.breaker().is_open()) {
    probe_deadline_ = Clock::now() + connect_timeout();
    requests_.push_back({Kind::Probe, 0, send_queue_.end()});
    send_queue_.append("version\r\n");
  }
  if (const int failed = send_queued()) lose(Status::Connection, -failed);
}

void Pipeline::connection_failed(int error, std::string_view detail) {
  stream_.reset();
  if (!addresses_.empty()) return try_addresses();
  state_ = State::Closed;
  fail_queued(Status::Connection, -error, detail);
  server_.record_failure(Status::Connection);
}

// The connection must not be used any more. What was asked and is not answered is asked again where
// that is safe: a read, and whatever no byte of has been handed to the kernel. In its time, and
// once unless it was not the server that ended the connection.
void Pipeline::lose(Status status, int error_number, Blame blame) {
  if (state_ != State::Open) return;
  const std::uint64_t sent = taken_by_kernel();
  const Deadline now = Clock::now();
  const bool was_busy = turned_away_ || !requests_.empty();
  const std::vector<bool> overtaken = overtaken_reads(sent);
  std::deque<QueuedOperation> again;
  std::size_t position = 0;
  for (const Request& request : requests_) {
    const bool unsent = request.start >= sent;
    for (std::uint32_t i = 0; i < request.operations; ++i) {
      QueuedOperation& queued = in_flight_[position];
      const bool reads = is_read(queued.operation().command);
      const bool is_safe = unsent || (reads && !overtaken[position]);
      ++position;
      if (queued.batch->is_settled(queued.index)) {
        server_.count_done();
      } else if (is_safe && queued.operation().deadline > now && !server_.io().closing &&
                 (blame == Blame::CountsNot || !queued.retried)) {
        queued.retried = true;
        queued.holds = false;
        earliest_deadline_ = std::min(earliest_deadline_, queued.operation().deadline);
        again.push_back(std::move(queued));
      } else {
        settle(queued, outcome_of_loss(queued, status, error_number, !is_safe, now));
      }
    }
  }
  if (!has_answered_ && status != Status::Closed && !server_.server().unix_socket) {
    server_.io().resolver.put_last(server_.server().host, address_);
  }
  drop_stream();
  queue_.insert(queue_.begin(), std::make_move_iterator(again.begin()),
                std::make_move_iterator(again.end()));
  if (was_busy && blame == Blame::Counts) server_.record_failure(status);
}

// Reads in flight behind which a change of the same key is on its way: to ask for them again would
// read what was called after them.
std::vector<bool> Pipeline::overtaken_reads(std::uint64_t sent) const {
  std::vector<bool> overtaken(in_flight_.size());
  std::unordered_set<std::string_view> changed;
  bool all_changed = false;
  std::size_t position = in_flight_.size();
  for (std::size_t i = requests_.size(); i-- > 0;) {
    const Request& request = requests_[i];
    for (std::uint32_t j = 0; j < request.operations; ++j) {
      const Operation& operation = in_flight_[--position].operation();
      if (is_read(operation.command)) {
        overtaken[position] = all_changed || changed.contains(operation.key);
      } else if (request.start < sent) {
        all_changed |= operation.command == Command::Flush;
        changed.insert(operation.key);
      }
    }
  }
  return overtaken;
}

Outcome Pipeline::outcome_of_loss(const QueuedOperation& queued, Status status, int error_number,
                                  bool maybe_applied, Deadline now) const {
  Outcome outcome{.status = status, .maybe_applied = maybe_applied, .error_number = error_number};
  if (server_.io().closing) {
    outcome.status = Status::Closed;
  } else if (queued.operation().deadline <= now) {
    outcome.status = Status::Timeout;
  } else if (status == Status::Timeout) {
    outcome.status = Status::Connection;
    outcome.value = kNoReplyInTime;
  }
  if (outcome.status != Status::Closed && !has_answered_) outcome.value = kNeverAnswered;
  return outcome;
}

void Pipeline::drop_stream() {
  loss_ = Status::Protocol;
  turned_away_ = works_on_ = false;
  if (state_ == State::Open) server_.count_connection(false);
  state_ = State::Closed;
  stream_.reset();
  send_queue_.clear();
  in_flight_.clear();
  requests_.clear();
  for (QueuedOperation& queued : queue_) queued.holds = false;
  queue_behind_retried(held_keys_.take_waiting());
  held_keys_.clear();
  stats_.clear();
  large_value_ = OutcomeBuffer();
  asker_ = 0;
}

void Pipeline::close() {
  lose(Status::Closed, 0);
  drop_stream();
  fail_queued(Status::Closed);
}

void Pipeline::fail_queued(Status status, int error_number, std::string_view detail) {
  const Outcome outcome{.status = status, .error_number = error_number, .value = detail};
  for (const QueuedOperation& queued : held_keys_.take_waiting()) settle(queued, outcome);
  for (const QueuedOperation& queued : std::exchange(queue_, {})) settle_unsent(queued, outcome);
}

// --- deadlines ---

bool Pipeline::watch(Deadline now) {
  if (now >= earliest_deadline_) {
    expire_queued(now);
    if (expire_in_flight(now)) lose(Status::Timeout, 0);
  } else if (now >= next_sweep_ && queue_.size() + held_keys_.waiting() > 0) {
    expire_queued(now);
    expire_in_flight(now);
  }
  if (state_ == State::Resolving) try_addresses();
  if ((state_ == State::Resolving || state_ == State::Connecting) && now >= connect_deadline_) {
    if (state_ == State::Connecting)
      server_.io().resolver.put_last(server_.server().host, address_);
    addresses_.clear();
    connection_failed(UV_ETIMEDOUT);
  }
  if (state_ == State::Open && !server_.server().unix_socket) {
    const bool was_stale = is_stale_;
    is_stale_ = !server_.io().resolver.is_current(server_.server().host, address_);
    if (is_stale_ && !was_stale) stale_since_ = now;
    // What is still under way there may have hours: nobody else waits for it that long.
    const bool waited = is_stale_ && now >= stale_since_ + connect_timeout();
    if (waited && !queue_.empty()) lose(Status::Connection, 0, Blame::CountsNot);
  }
  return pending() > 0 || state_ == State::Resolving || state_ == State::Connecting;
}

// Those that are late, and those that were cancelled.
void Pipeline::expire_queued(Deadline now) {
  earliest_deadline_ = Deadline::max();
  next_sweep_ = now + kSweepInterval;
  HeldKeys::Waiting waiting = held_keys_.take_waiting();
  std::erase_if(waiting, [&](const auto& queued) { return leaves_queue(queued, now); });
  for (QueuedOperation& queued : waiting) held_keys_.wait(std::move(queued));
  // Outside queue_: the end of a counter puts there what has waited for it.
  std::deque<QueuedOperation> queue = std::exchange(queue_, {});
  std::erase_if(queue, [&](const auto& queued) { return leaves_queue(queued, now); });
  queue_.swap(queue);
  queue_behind_retried(std::move(queue));
}

bool Pipeline::leaves_queue(const QueuedOperation& queued, Deadline now) {
  const Deadline deadline = queued.operation().deadline;
  if (deadline <= now || queued.batch->is_settled(queued.index)) {
    settle_unsent(queued, {.status = Status::Timeout});
    return true;
  }
  earliest_deadline_ = std::min(earliest_deadline_, deadline);
  return false;
}

// Answers those that are late; their replies are dropped when they come. Returns whether one has
// been waited for so long that the connection is not to be used any more.
bool Pipeline::expire_in_flight(Deadline now) {
  for (const QueuedOperation& queued : in_flight_) {
    const Operation& operation = queued.operation();
    const Deadline submitted = queued.batch->submitted();
    const bool is_telling = operation.deadline - submitted >= kTellingWait;
    const Deadline telling = is_telling ? operation.deadline : submitted + connect_timeout();
    if (operation.deadline <= now && telling <= now) return true;
    if (operation.deadline <= now) {
      server_.answers().settle(queued, {.status = Status::Timeout, .maybe_applied = true});
    }
    const Deadline next = operation.deadline > now ? operation.deadline : telling;
    earliest_deadline_ = std::min(earliest_deadline_, next);
  }
  return false;
}

// --- writing ---

// As much as the socket takes.
int Pipeline::send_queued() {
  std::uint64_t written = 0;
  do {
    written = send_queue_.end();
    if (!is_stale_) write_queued();
    if (const int error = stream_->send(send_queue_)) return error;
  } while (send_queue_.end() != written && !stream_->is_sending());
  return 0;
}

void Pipeline::write_queued() {
  const Deadline now = Clock::now();
  while (!queue_.empty() && send_queue_.unsent() < kMostUnsent) {
    if (is_read(queue_.front().operation().command)) {
      write_reads(now);
    } else {
      write_single(now);
    }
  }
}

// What has to be asked again stands before everything else.
void Pipeline::queue_behind_retried(HeldKeys::Waiting&& operations) {
  const auto behind =
      std::ranges::find_if(queue_, [](const QueuedOperation& other) { return !other.retried; });
  queue_.insert(behind, std::make_move_iterator(operations.begin()),
                std::make_move_iterator(operations.end()));
}

// The reads at the front of the queue, as one command. A key that is asked for twice in a row is
// sent once.
void Pipeline::write_reads(Deadline now) {
  Request request{Kind::Reads, 0, send_queue_.end()};
  std::string& keys = request_text_;
  keys.clear();
  std::string_view last_key;
  bool is_full = false;
  while (!queue_.empty() && !is_full && is_read(queue_.front().operation().command)) {
    if (queue_.front().alone && request.operations > 0) break;
    QueuedOperation queued = std::move(queue_.front());
    queue_.pop_front();
    if (held_keys_.must_wait(queued)) {
      held_keys_.wait(std::move(queued));
      continue;
    }
    const Operation& operation = queued.operation();
    if (!queued.retried && !queued.batch->claim(queued.index)) {
      server_.count_done();
      continue;
    }
    if (operation.deadline <= now) {
      settle(queued, {.status = Status::Timeout});
      continue;
    }
    request.wants_cas |= operation.command == Command::Gets;
    if (operation.key != last_key) keys.append(1, ' ').append(operation.key);
    last_key = operation.key;
    ++request.operations;
    is_full = queued.alone || request.operations == kMostReads || keys.size() >= kMostReadBytes;
    in_flight_.push_back(std::move(queued));
  }
  if (request.operations == 0) return;
  send_queue_.append(request.wants_cas ? "gets" : "get");
  send_queue_.append(keys.append("\r\n"));
  requests_.push_back(request);
}

void Pipeline::write_single(Deadline now) {
  QueuedOperation queued = std::move(queue_.front());
  queue_.pop_front();
  if (held_keys_.must_wait(queued)) return held_keys_.wait(std::move(queued));
  const Operation& operation = queued.operation();
  if (!queued.retried && !queued.batch->claim(queued.index)) return server_.count_done();
  if (operation.deadline <= now) return settle_unsent(queued, {.status = Status::Timeout});
  const std::uint64_t start = send_queue_.end();
  request_text_.clear();
  if (queued.adds) {
    append_initial_add(request_text_, operation);
  } else {
    append_request(request_text_, operation);
  }
  send_queue_.append(request_text_);
  if (has_value(operation.command)) {
    send_queue_.append_value(operation.value, queued.batch);
    send_queue_.append("\r\n");
  }
  if (operation.has_initial && !std::exchange(queued.holds, true)) held_keys_.hold(operation.key);
  requests_.push_back({Kind::Single, 1, start});
  in_flight_.push_back(std::move(queued));
}

void Pipeline::on_writable(int error) {
  if (error != 0) return lose(Status::Connection, -error);
  flush();
}

// --- settling ---

void Pipeline::settle(const QueuedOperation& queued, const Outcome& outcome) {
  server_.answers().settle(queued, outcome);
  server_.count_done();
}

// Of an operation that has left the queue, and never leaves it for the server.
void Pipeline::settle_unsent(const QueuedOperation& queued, const Outcome& outcome) {
  settle(queued, outcome);
  release(queued);
}

void Pipeline::release(const QueuedOperation& queued) {
  if (queued.holds) queue_behind_retried(held_keys_.release(queued.operation().key));
}

void Pipeline::settle_front(Outcome outcome) {
  server_.answers().settle(in_flight_.front(), outcome);
}

// The reply to the first request is complete.
void Pipeline::finish_request() {
  const Request request = requests_.front();
  requests_.pop_front();
  for (std::uint32_t i = 0; i < request.operations; ++i) {
    release(in_flight_.front());
    in_flight_.pop_front();
    server_.count_done();
  }
  stats_.clear();
  asker_ = 0;
}

// How much of the stream of bytes this connection has handed over.
std::uint64_t Pipeline::taken_by_kernel() const {
  return send_queue_.sent() + stream_->taken_meanwhile();
}

}  // namespace cache
