#include "handles/connection.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "handles/multi_get.h"
#include "handles/return_code.h"
#include "routing/unsupported_error.h"

namespace cache {

namespace {

// A key no user has any business with. A get of it is the one question every server answers, in
// either protocol and before or after authentication, and whose reply libmemcached reads safely:
// memcached_version would overflow its buffer on a forged one (section 1, row 8).
constexpr std::string_view kFirstQuestion = "libmemcached:hello";

int milliseconds_until(Deadline deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  // 0 would fail at once and -1 wait for ever (H59).
  return static_cast<int>(std::clamp<std::int64_t>(left, 1, INT32_MAX));
}

// What the server said, out of libmemcached's message, which wraps it in a pointer and a source
// path that do not belong in front of a user (H48):
// "(0x55..) SERVER ERROR, <what it said>,  host: 10.0.0.1:11211 -> ./src/libmemcached/..".
std::string server_text(const memcached_st& handle) {
  const std::string_view message = memcached_last_error_message(&handle);
  const std::size_t pointer_end = message.find(") ");
  std::size_t end = message.find(",  host: ");
  if (end == std::string_view::npos) end = message.find(",  socket: ");
  if (pointer_end == std::string_view::npos || end == std::string_view::npos) return {};
  std::string_view text = message.substr(pointer_end + 2, end - pointer_end - 2);
  constexpr std::string_view kServerError = "SERVER ERROR, ";
  if (text.starts_with(kServerError)) text.remove_prefix(kServerError.size());
  return std::string(text);
}

}  // namespace

Connection::Connection(Endpoint& endpoint) : endpoint_(endpoint), lease_(endpoint.pool.pop()) {
  const Transport& transport = endpoint.transport;
  // On the popped handle, never on the master: cloning SASL data closes a stranger's descriptor.
  if (!transport.username.empty() &&
      memcached_failed(memcached_set_sasl_auth_data(handle(), transport.username.c_str(),
                                                    transport.password.c_str()))) {
    throw UnsupportedError("the installed libmemcached has no SASL support");
  }
}

Connection::~Connection() {
  abort();
  memcached_servers_reset(handle());
}

Fault Connection::open(Deadline deadline) {
  const Deadline began = Clock::now();
  const Deadline give_up =
      std::min(deadline, began + std::chrono::milliseconds(endpoint_.transport.connect_timeout_ms));
  const Server& server = endpoint_.server;
  if (server.unix_socket) return open_address(server.host, give_up);

  const auto addresses = endpoint_.resolver->resolve(server.host, give_up);
  if (!addresses) return {Status::Connection, 0, "no answer of the name service in time"};
  Fault fault{Status::Connection, 0, std::string(kDoesNotResolve)};
  for (const std::string& address : *addresses) {
    if (!(fault = open_address(address, give_up))) break;
    if (!is_over(give_up)) continue;
    if (give_up - began >= kTellingWait) endpoint_.resolver->put_last(server.host, address);
    break;
  }
  return fault;
}

Fault Connection::open_address(const std::string& address, Deadline deadline) {
  abort();
  const Server& server = endpoint_.server;
  if (address_ != address) {
    memcached_servers_reset(handle());
    address_.clear();
    const memcached_return_t added =
        server.unix_socket ? memcached_server_add_unix_socket(handle(), address.c_str())
                           : memcached_server_add(handle(), address.c_str(), server.port);
    if (memcached_failed(added)) return fault(added);
    address_ = address;
  }
  set_deadline(deadline);
  Fault fault = ask_first_question();
  if (fault.status == Status::Protocol && !endpoint_.transport.username.empty()) {
    // A server without SASL does not know the first command of it, and libmemcached says no more.
    fault = {Status::Authentication, 0, "the server does not offer SASL"};
  }
  open_ = !fault;
  if (fault) abort();
  return fault;
}

Fault Connection::ask_first_question() {
  if (Fault fault = send_first_question()) return fault;
  return read_first_answer();
}

Fault Connection::send_first_question() {
  const std::string unix_path = endpoint_.server.unix_socket ? endpoint_.server.host : "";
  std::unique_lock<std::mutex> one_at_a_time(endpoint_.unix_connects, std::defer_lock);
  if (!unix_path.empty()) one_at_a_time.lock();

  watch_.before_connect(unix_path);
  const char* key = kFirstQuestion.data();
  const std::size_t key_length = kFirstQuestion.size();
  const memcached_return_t code = memcached_mget(handle(), &key, &key_length, 1);
  if (code == MEMCACHED_SUCCESS && memcached_last_error(handle()) == MEMCACHED_SUCCESS) {
    watch_.after_connect(*handle(), unix_path);
    return {};
  }
  Fault failed = fault(code);
  // Nothing of an operation was sent, so running out of time here is a failure to connect.
  if (failed.status == Status::Timeout) failed.status = Status::Connection;
  return failed;
}

Fault Connection::read_first_answer() {
  MultiGetReader reader(*this);
  while (reader.next() != nullptr) {
  }
  Fault failed = reader.fault();
  if (failed.status == Status::Timeout || failed.status == Status::Connection) {
    failed.status = Status::Connection;  // nothing of an operation was sent
    failed.detail =
        std::string("connected, but no reply to a first request: the server hangs, is ") +
        "full, or does not speak the " + (protocol() == Protocol::Binary ? "binary" : "text") +
        " protocol";
  }
  return failed;
}

bool Connection::is_usable() {
  if (!open_) return false;
  if (is_clean() && watch_.is_quiet() &&
      (endpoint_.server.unix_socket ||
       endpoint_.resolver->is_current(endpoint_.server.host, address_))) {
    return true;
  }
  abort();
  return false;
}

void Connection::abort() {
  open_ = false;
  watch_.interrupt();
  // With the socket shut down, no call below can send or wait.
  memcached_behavior_set(handle(), MEMCACHED_BEHAVIOR_POLL_TIMEOUT, 1);
  memcached_quit(handle());
  watch_.release();
}

void Connection::set_deadline(Deadline deadline) {
  const auto left = static_cast<std::uint64_t>(milliseconds_until(deadline));
  memcached_behavior_set(handle(), MEMCACHED_BEHAVIOR_POLL_TIMEOUT, left);
  memcached_behavior_set(handle(), MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT,
                         std::min<std::uint64_t>(left, endpoint_.transport.connect_timeout_ms));
}

bool Connection::is_clean() const {
  const memcached_instance_st* server = memcached_server_instance_by_position(handle(), 0);
  return server != nullptr && memcached_server_response_count(server) == 0;
}

Fault Connection::fault(memcached_return_t code) const {
  const memcached_return_t cause = true_cause(*handle(), code);
  const bool is_from_server = cause == MEMCACHED_SERVER_ERROR || cause == MEMCACHED_CLIENT_ERROR;
  return {to_status(cause), memcached_last_error_errno(handle()),
          is_from_server ? server_text(*handle()) : std::string()};
}

}  // namespace cache
