#include "support/scripted_server.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <stdexcept>
#include <string_view>
#include <utility>

#include "support/dialect.h"
#include "support/eventually.h"

namespace cache {

namespace {

constexpr int kBacklog = 64;

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// False when the connection ended during the pause.
bool pause_on(int socket, std::chrono::milliseconds pause) {
  pollfd hang_up{socket, POLLRDHUP, 0};
  return poll(&hang_up, 1, static_cast<int>(pause.count())) == 0;
}

bool drip(int socket, const std::string& bytes, std::chrono::milliseconds pause) {
  for (const char byte : bytes) {
    if (!pause_on(socket, pause) || !send_all(socket, {&byte, 1})) return false;
  }
  return true;
}

bool is_over(int socket) {
  tcp_info info{};
  socklen_t length = sizeof info;
  return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 ||
         info.tcpi_state == TCP_CLOSE;
}

// Until the other end has all that was sent, the end of the connection too: the kernel delivers
// later than it returns, on loopback as well.
void wait_until_delivered(int socket) {
  eventually([socket] {
    int unacknowledged = 0;
    ioctl(socket, SIOCOUTQ, &unacknowledged);
    return unacknowledged == 0 || is_over(socket);
  });
}

}  // namespace

ScriptedServer::ScriptedServer(Protocol protocol)
    : protocol_(protocol), port_(bind_to_free_port()) {
  if (listen(port_.socket.get(), kBacklog) != 0) throw std::runtime_error("listen failed");
  thread_ = std::thread([this] { accept_clients(); });
}

ScriptedServer::~ScriptedServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_listening();
  thread_.join();
  close_connections();
  for (Client& client : clients_) client.thread.join();
}

void ScriptedServer::script(std::vector<Scripted> replies) {
  const std::lock_guard lock(mutex_);
  script_.assign(replies.begin(), replies.end());
}

void ScriptedServer::script_others(std::optional<Scripted> reply) {
  const std::lock_guard lock(mutex_);
  others_ = std::move(reply);
}

void ScriptedServer::script_first_answer(std::optional<Scripted> reply) {
  const std::lock_guard lock(mutex_);
  first_answer_ = std::move(reply);
}

void ScriptedServer::send_unasked(const std::string& bytes) {
  const std::lock_guard lock(mutex_);
  for (const Client& client : clients_) {
    send_all(client.socket.get(), bytes);
    wait_until_delivered(client.socket.get());
  }
}

// Shut down and not closed, so that no number is reused while a thread still reads from it.
void ScriptedServer::close_connections() {
  const std::lock_guard lock(mutex_);
  for (const Client& client : clients_) {
    shutdown(client.socket.get(), SHUT_RDWR);
    wait_until_delivered(client.socket.get());
  }
}

void ScriptedServer::stop_listening() { shutdown(port_.socket.get(), SHUT_RDWR); }

std::vector<std::string> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t ScriptedServer::connections() const {
  const std::lock_guard lock(mutex_);
  return clients_.size();
}

void ScriptedServer::accept_clients() {
  for (;;) {
    FileDescriptor accepted(accept4(port_.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!accepted.is_open()) return;
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    Client& client = clients_.emplace_back();
    client.socket = std::move(accepted);
    client.thread = std::thread([this, socket = client.socket.get()] { serve(socket); });
  }
}

void ScriptedServer::serve(int socket) {
  std::string received;
  std::string chunk(64 * 1024, '\0');
  for (;;) {
    const ssize_t count = recv(socket, chunk.data(), chunk.size(), 0);
    if (count <= 0) return;
    received.append(chunk, 0, static_cast<std::size_t>(count));
    while (const std::size_t length = request_length(protocol_, received)) {
      if (!answer(socket, received.substr(0, length))) return;
      received.erase(0, length);
    }
  }
}

// False when the connection is over.
bool ScriptedServer::answer(int socket, const std::string& request) {
  const Scripted reply = reply_to(request);
  const bool sent = reply.pause.count() > 0 ? drip(socket, reply.bytes, reply.pause)
                                            : send_all(socket, reply.bytes);
  if (reply.then_close) shutdown(socket, SHUT_RDWR);
  return sent && !reply.then_close;
}

Scripted ScriptedServer::reply_to(const std::string& request) {
  const std::lock_guard lock(mutex_);
  const Scripted polite{polite_reply(protocol_, request)};
  if (is_first_question(request)) return first_answer_.value_or(polite);
  requests_.push_back(request);
  if (script_.empty()) return others_.value_or(polite);
  Scripted reply = std::move(script_.front());
  script_.pop_front();
  return reply;
}

}  // namespace cache
