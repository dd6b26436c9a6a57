// One connection to one server, through one pooled handle.
#pragma once

#include <libmemcached-1.0/memcached.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "engine/breaker.h"
#include "engine/config.h"
#include "engine/operation.h"
#include "engine/outcome.h"
#include "engine/resolver.h"
#include "handles/handle_pool.h"
#include "handles/socket_watch.h"

namespace cache {

// libmemcached waits in whole milliseconds.
inline constexpr std::chrono::milliseconds kPollResolution{2};

// Whether what has ended now has ended because its time was over.
inline bool is_over(Deadline deadline) { return deadline <= Clock::now() + kPollResolution; }

// What the connections of one server share.
struct Endpoint {
  Endpoint(Server server_in, Transport transport_in, std::shared_ptr<Resolver> resolver_in)
      : server(std::move(server_in)),
        transport(std::move(transport_in)),
        resolver(std::move(resolver_in)),
        pool(transport) {}

  const Server server;
  const Transport transport;
  const std::shared_ptr<Resolver> resolver;
  HandlePool pool;
  std::mutex unix_connects;  // one at a time, so that SocketWatch can tell the new descriptor
};

// Why something failed. `detail` is for the user: no pointer, no path, no secret.
struct Fault {
  Status status = Status::Ok;
  int error_number = 0;
  std::string detail;

  explicit operator bool() const { return status != Status::Ok; }
};

// Used by one thread, but for interrupt() and push().
class Connection {
 public:
  explicit Connection(Endpoint& endpoint);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return open_; }

  // Connects and asks a first question, so that an operation is only ever sent on a connection that
  // has answered: what fails here has sent no byte of any operation. Ends by `deadline`, and by
  // the connect timeout.
  Fault open(Deadline deadline);

  // Whether the next request may be sent on it: open, to an address its host still has, and silent.
  bool is_usable();

  // False once libmemcached or the server has closed the socket.
  bool is_alive() const { return watch_.is_quiet(); }

  // The abort primitive (section 2, rule 5): closes the socket before libmemcached can send
  // what its buffers still hold.
  void abort();

  // Bounds each wait of libmemcached inside the next operation. Not the operation itself: a server
  // that drips bytes restarts the wait with each (H20), and is stopped by interrupt().
  void set_deadline(Deadline deadline);

  // Whether replies are outstanding that nobody will read (rule 1).
  bool is_clean() const;

  // The fault behind a failed call on the handle.
  Fault fault(memcached_return_t code) const;

  memcached_st* handle() const { return lease_.get(); }
  Protocol protocol() const { return endpoint_.transport.protocol; }

  // Any thread: ends a blocking call on the handle; sends what the kernel holds back.
  void interrupt() { watch_.interrupt(); }
  void push() { watch_.push(); }

 private:
  Fault open_address(const std::string& address, Deadline deadline);
  Fault ask_first_question();
  Fault send_first_question();
  Fault read_first_answer();

  Endpoint& endpoint_;
  HandlePool::Lease lease_;
  SocketWatch watch_;
  std::string address_;  // the one the handle has as its server
  bool open_ = false;
};

}  // namespace cache
