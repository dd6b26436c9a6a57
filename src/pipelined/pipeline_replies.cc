// What a connection makes of the replies. Everything here is called while the parser reads, so
// nothing drops the connection: a false tells on_received to.
#include <algorithm>
#include <new>
#include <optional>

#include "pipelined/pipeline.h"
#include "pipelined/request_text.h"

namespace cache {

namespace {

// From here on a value is received in its place.
constexpr std::size_t kLargeValue = 16 * 1024;

// What is received at once where a large value may follow another: enough for the header, so that
// little of the value has to be copied to its place.
constexpr std::size_t kAroundLargeValue = 2 * 1024;

// Far more than any server says of itself.
constexpr std::size_t kMostStats = 16 * 1024 * 1024;

// What a line means as the reply to a command that has one line; nothing where it means nothing.
std::optional<Status> status_of(Command command, ReplyLine line) {
  switch (line) {
    case ReplyLine::Stored:
      if (has_value(command)) return Status::Ok;
      break;
    case ReplyLine::NotStored:
      if (has_value(command)) return Status::NotStored;
      break;
    case ReplyLine::Exists:
      if (command == Command::Cas) return Status::Exists;
      break;
    case ReplyLine::NotFound:
      if (command == Command::Cas || (command >= Command::Incr && command <= Command::Delete)) {
        return Status::Miss;
      }
      break;
    case ReplyLine::Number:
      if (command == Command::Incr || command == Command::Decr) return Status::Ok;
      break;
    case ReplyLine::Touched:
      if (command == Command::Touch) return Status::Ok;
      break;
    case ReplyLine::Deleted:
      if (command == Command::Delete) return Status::Ok;
      break;
    case ReplyLine::Ok:
      if (command == Command::Flush) return Status::Ok;
      break;
    case ReplyLine::Version:
      if (command == Command::Version || command == Command::Ping) return Status::Ok;
      break;
    case ReplyLine::Reset:
    case ReplyLine::End:
      if (command == Command::Stats) return Status::Ok;
      break;
    default:
      break;
  }
  return std::nullopt;
}

// A refusal as a status, and whether the server has read just the request and will go on as before.
struct Refusal {
  Status status;
  bool in_step;
};

Refusal refusal_of(Command command, ReplyLine line, std::string_view text) {
  // After the header of an item the server may take its bytes for commands.
  const bool in_step = !has_value(command);
  if (line == ReplyLine::ServerError) {
    if (text.starts_with("out of memory")) return {Status::OutOfMemory, true};
    if (text.starts_with("object too large")) return {Status::TooLarge, true};
    return {Status::ServerError, in_step};
  }
  if (line == ReplyLine::ClientError) {
    const bool is_text = text.find("non-numeric") != std::string_view::npos;
    return {is_text ? Status::NotNumeric : Status::Protocol, in_step};
  }
  if (text.starts_with("Too many")) return {Status::Connection, false};
  return {in_step ? Status::Unsupported : Status::Protocol, in_step};
}

}  // namespace

uv_buf_t Pipeline::receive_buffer() {
  if (parser_->missing_value_length() >= kLargeValue) {
    return uv_buf_init(parser_->missing_value(),
                       static_cast<unsigned int>(parser_->missing_value_length()));
  }
  auto& shared = server_.io().receive_buffer;
  const std::size_t size = expects_large_value_ ? kAroundLargeValue : shared.size();
  return uv_buf_init(shared.data(), static_cast<unsigned int>(size));
}

void Pipeline::on_received(const uv_buf_t& buffer, std::size_t length) {
  has_answered_ = true;
  const bool in_place = buffer.base != server_.io().receive_buffer.data();
  if (in_place) parser_->advance(length);
  const std::size_t before = requests_.size();
  const bool goes_on =
      parser_->feed(in_place ? std::string_view() : std::string_view(buffer.base, length));
  if (works_on_ || (goes_on && requests_.size() < before)) server_.record_success();
  if (!goes_on) lose(loss_, 0, works_on_ ? Blame::CountsNot : Blame::Counts);
}

// The server has gone, or has had enough of us. Between two requests that is its right.
void Pipeline::on_end(int error) { lose(Status::Connection, -error); }

// A reply that comes before its request has left is a stray one: taken for an answer, it would
// report stored what nobody has received.
bool Pipeline::is_reply_due() const {
  return !requests_.empty() && requests_.front().start < taken_by_kernel();
}

bool Pipeline::find_asker(const ValueHeader& header) {
  if (!is_reply_due()) return false;
  const Request& request = requests_.front();
  const bool has_values = request.kind == Kind::Reads ||
                          (request.kind == Kind::Single &&
                           in_flight_.front().operation().command == Command::GetAndTouch);
  if (!has_values || (request.wants_cas && !header.has_cas)) return false;
  // memcached answers in the order it was asked, a proxy may answer in another.
  for (std::uint32_t i = 0; i < request.operations; ++i) {
    if (waits_for((asker_ + i) % request.operations, header.key)) {
      asker_ = (asker_ + i) % request.operations;
      return true;
    }
  }
  return false;
}

bool Pipeline::waits_for(std::uint32_t position, std::string_view key) const {
  const QueuedOperation& queued = in_flight_[position];
  return !queued.has_value && queued.operation().key == key;
}

bool Pipeline::on_value(const ValueHeader& header, std::string_view value) {
  if (!find_asker(header)) return false;
  expects_large_value_ = header.length >= kLargeValue;
  const std::uint32_t operations = requests_.front().operations;
  while (asker_ < operations && waits_for(asker_, header.key)) {
    QueuedOperation& queued = in_flight_[asker_++];
    queued.has_value = true;
    const bool wants_value = queued.operation().command != Command::Has;
    server_.answers().settle(queued, {.flags = header.flags,
                                      .number = header.cas,
                                      .value = wants_value ? value : std::string_view()});
  }
  return true;
}

char* Pipeline::on_value_begin(const ValueHeader& header) {
  if (!find_asker(header)) return nullptr;
  expects_large_value_ = header.length >= kLargeValue;
  large_value_header_ = header;
  large_value_ = OutcomeBuffer(server_.io().large_values);
  const Outcome outcome{.id = in_flight_[asker_].operation().id,
                        .server = server_.answers().server(),
                        .flags = header.flags,
                        .number = header.cas};
  try {
    large_value_bytes_ = large_value_.append_unwritten(outcome, header.length);
  } catch (const std::bad_alloc&) {
    return nullptr;  // the length is the server's word: it must not end the process
  }
  return large_value_bytes_;
}

bool Pipeline::on_value_end() {
  const QueuedOperation first = in_flight_[asker_];
  const bool wants_value = first.operation().command != Command::Has;
  if (wants_value) in_flight_[asker_++].has_value = true;
  if (asker_ < requests_.front().operations && waits_for(asker_, first.operation().key)) {
    ValueHeader same = large_value_header_;
    same.key = first.operation().key;
    on_value(same, {large_value_bytes_, same.length});
  }
  if (wants_value) server_.answers().settle_received(first, std::move(large_value_));
  large_value_ = OutcomeBuffer();
  return true;
}

bool Pipeline::on_line(ReplyLine line, std::string_view text, std::uint64_t number) {
  if (!is_reply_due()) return false;
  if (line != ReplyLine::End) expects_large_value_ = false;
  if (line >= ReplyLine::Error) return on_server_refusal(line, text);
  switch (requests_.front().kind) {
    case Kind::Reads:
      return line == ReplyLine::End && on_reads_end();
    case Kind::Single:
      return on_single_line(line, text, number);
    case Kind::Probe:
      finish_request();
      return line == ReplyLine::Version;
  }
  return false;
}

bool Pipeline::on_reads_end() {
  for (std::uint32_t i = 0; i < requests_.front().operations; ++i) {
    server_.answers().settle(in_flight_[i], {.status = Status::Miss});  // unless it had its value
  }
  finish_request();
  return true;
}

bool Pipeline::on_single_line(ReplyLine line, std::string_view text, std::uint64_t number) {
  const QueuedOperation& queued = in_flight_.front();
  const Command command = queued.operation().command;
  if (queued.operation().has_initial) return on_count_line(line, number);
  if (command == Command::Stats && line == ReplyLine::Stat) {
    stats_.append(text).append(1, '\n');
    return stats_.size() <= kMostStats;
  }
  if (command == Command::GetAndTouch && line == ReplyLine::End) {
    settle_front({.status = Status::Miss});  // unless it had its value
  } else {
    const auto status = status_of(command, line);
    if (!status) return false;
    if (command == Command::Ping) {
      const auto round_trip = Clock::now() - queued.batch->submitted();
      number = static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(round_trip).count());
      text = {};
    }
    if (command == Command::Stats) text = stats_;
    settle_front({.status = *status, .number = number, .value = text});
  }
  finish_request();
  return true;
}

// A counter with an initial value: counted, or on a miss created, or, where somebody else has
// created it in between, counted again, and so on until its deadline.
bool Pipeline::on_count_line(ReplyLine line, std::uint64_t number) {
  const QueuedOperation& queued = in_flight_.front();
  const bool adds = queued.adds;
  if (line == (adds ? ReplyLine::Stored : ReplyLine::Number)) {
    settle_front({.number = adds ? queued.operation().initial : number});
    finish_request();
    return true;
  }
  if (line != (adds ? ReplyLine::NotStored : ReplyLine::NotFound)) return false;
  if (queued.batch->is_settled(queued.index)) {
    finish_request();  // nobody waits for it any more
  } else {
    count_again(!adds);
  }
  return true;
}

// Behind those before it that have to be asked again too, and before everything else.
void Pipeline::count_again(bool adds) {
  QueuedOperation queued = std::move(in_flight_.front());
  in_flight_.pop_front();
  requests_.pop_front();
  queued.retried = true;
  queued.adds = adds;
  earliest_deadline_ = std::min(earliest_deadline_, queued.operation().deadline);
  HeldKeys::Waiting again;
  again.push_back(std::move(queued));
  queue_behind_retried(std::move(again));
}

bool Pipeline::on_server_refusal(ReplyLine line, std::string_view text) {
  const Request& request = requests_.front();
  if (request.kind == Kind::Probe) return false;
  const QueuedOperation& queued = in_flight_.front();
  const Command command = queued.adds ? Command::Add : queued.operation().command;
  const Refusal refusal = refusal_of(command, line, text);
  // The words of a proxy too, whose server may have done what it asked.
  const bool maybe_applied = refusal.status == Status::ServerError;
  const Outcome outcome = {.status = refusal.status, .maybe_applied = maybe_applied, .value = text};
  turned_away_ = refusal.status == Status::Connection;
  const bool reads = request.kind == Kind::Reads;
  if (reads) {
    on_reads_refusal(outcome);
  } else {
    settle_front(outcome);
    finish_request();
  }
  if (!reads && refusal.in_step) return true;
  loss_ = Status::Connection;  // the END of reads may still come
  works_on_ = refusal.status == Status::ServerError;
  return false;
}

// A proxy refuses all keys for one whose server it has lost, without saying which: where several
// wait they are asked for again, each by itself.
void Pipeline::on_reads_refusal(const Outcome& outcome) {
  const auto end = in_flight_.begin() + requests_.front().operations;
  const auto waiting =
      std::count_if(in_flight_.begin(), end, [](const auto& queued) { return !queued.has_value; });
  const bool is_final = waiting <= 1 || outcome.status != Status::ServerError;
  for (auto queued = in_flight_.begin(); queued != end; ++queued) {
    if (is_final) server_.answers().settle(*queued, outcome);
    queued->alone = true;
  }
  if (is_final) finish_request();
}

}  // namespace cache
