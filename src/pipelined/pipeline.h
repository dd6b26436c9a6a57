// One connection to one server: requests out, replies in, in order.
#pragma once

#include <uv.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/answers.h"
#include "engine/batch.h"
#include "pipelined/held_keys.h"
#include "pipelined/reply_parser.h"
#include "pipelined/send_queue.h"
#include "pipelined/server_link.h"
#include "pipelined/stream.h"

namespace cache {

// Operations wait in queue_ until there is a connection with room, and stand in in_flight_ from the
// moment their request is written until its reply has come. The thread of the loop only.
class Pipeline final : private Stream::Owner, private ReplyHandler {
 public:
  explicit Pipeline(ServerLink& server) : server_(server) {}

  void push(QueuedOperation&& operation);
  // Writes what waits and sends what is written. Connects where there is no connection.
  void flush();
  // Connects to find out whether the server is back.
  void probe();
  // Deadlines, the connect timeout, addresses that have changed. Returns whether there is more to
  // watch.
  bool watch(Deadline now);
  std::size_t pending() const { return queue_.size() + held_keys_.waiting() + in_flight_.size(); }
  // Answers everything that waits: nothing of it was sent.
  void fail_queued(Status status, int error_number = 0, std::string_view detail = {});
  // Answers everything and closes.
  void close();

 private:
  enum class State : std::uint8_t { Closed, Resolving, Connecting, Open };
  // What a reply answers: reads share one request.
  enum class Kind : std::uint8_t { Reads, Single, Probe };
  struct Request {
    Kind kind = Kind::Single;
    std::uint32_t operations = 0;  // at the front of in_flight_ that its reply ends
    std::uint64_t start = 0;       // in the stream of bytes
    bool wants_cas = false;
  };

  std::chrono::milliseconds connect_timeout() const;
  void connect(Deadline now);
  void try_addresses();
  void connection_failed(int error, std::string_view detail = {});
  // What a loss tells of the server.
  enum class Blame : std::uint8_t { Counts, CountsNot };
  void lose(Status status, int error_number, Blame blame = Blame::Counts);
  std::vector<bool> overtaken_reads(std::uint64_t sent) const;
  Outcome outcome_of_loss(const QueuedOperation& queued, Status status, int error_number,
                          bool maybe_applied, Deadline now) const;
  void drop_stream();

  int send_queued();
  void write_queued();
  void queue_behind_retried(HeldKeys::Waiting&& operations);
  void write_reads(Deadline now);
  void write_single(Deadline now);
  void expire_queued(Deadline now);
  bool leaves_queue(const QueuedOperation& queued, Deadline now);
  bool expire_in_flight(Deadline now);

  std::uint64_t taken_by_kernel() const;
  void finish_request();
  void settle_front(Outcome outcome);
  void settle(const QueuedOperation& queued, const Outcome& outcome);
  void settle_unsent(const QueuedOperation& queued, const Outcome& outcome);
  void release(const QueuedOperation& queued);
  bool on_reads_end();
  bool on_single_line(ReplyLine line, std::string_view text, std::uint64_t number);
  bool on_count_line(ReplyLine line, std::uint64_t number);
  bool on_server_refusal(ReplyLine line, std::string_view text);
  void on_reads_refusal(const Outcome& outcome);
  void count_again(bool adds);

  // Stream::Owner
  void on_connected(int error) override;
  uv_buf_t receive_buffer() override;
  void on_received(const uv_buf_t& buffer, std::size_t length) override;
  void on_end(int error) override;
  void on_writable(int error) override;

  // ReplyHandler
  bool on_value(const ValueHeader& header, std::string_view value) override;
  char* on_value_begin(const ValueHeader& header) override;
  bool on_value_end() override;
  bool on_line(ReplyLine line, std::string_view text, std::uint64_t number) override;
  bool is_reply_due() const;
  bool find_asker(const ValueHeader& header);
  bool waits_for(std::uint32_t position, std::string_view key) const;

  ServerLink& server_;
  State state_ = State::Closed;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<ReplyParser> parser_;
  SendQueue send_queue_;
  std::string request_text_;  // kept for its memory
  std::deque<QueuedOperation> queue_;
  std::deque<QueuedOperation> in_flight_;
  std::deque<Request> requests_;
  HeldKeys held_keys_;
  Deadline earliest_deadline_ = Deadline::max();  // of all of them, a lower bound
  Deadline connect_deadline_{};
  Deadline probe_deadline_{};           // until then the answer to a probe may still come
  std::vector<std::string> addresses_;  // still to be tried
  std::string address_;
  std::string stats_;          // lines so far
  bool has_answered_ = false;  // on this connection, anything at all
  bool is_stale_ = false;  // the host has other addresses by now: to be replaced once it is idle
  Deadline stale_since_{};
  Deadline next_sweep_{};

  bool turned_away_ = false;          // the server has said that it is full
  bool works_on_ = false;             // it has refused something, which says that it works
  Status loss_ = Status::Protocol;    // what a reply that ends the connection means for the others
  std::uint32_t asker_ = 0;           // in in_flight_: who the next value is likely to be for
  bool expects_large_value_ = false;  // the last one was
  OutcomeBuffer large_value_;
  char* large_value_bytes_ = nullptr;
  ValueHeader large_value_header_;
};

}  // namespace cache
