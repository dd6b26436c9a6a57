// A server that says what a test tells it to.
#pragma once

#include <chrono>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/config.h"
#include "support/loopback.h"

namespace cache {

struct Scripted {
  std::string bytes;                   // none: the request is never answered
  bool then_close = false;             // the connection
  std::chrono::milliseconds pause{0};  // before each byte: a slow drip
};

// Answers politely (dialect.h) what it has no script for. Never to be told a reply that makes
// libmemcached abort the process (section 1, row 7), such as END to a set.
class ScriptedServer {
 public:
  explicit ScriptedServer(Protocol protocol = Protocol::Text);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  Server server() const { return loopback(port_.port); }

  // The replies to the next requests, one each; first questions have none of these.
  void script(std::vector<Scripted> replies);
  // The reply to every request that has no script, a polite one where there is none.
  void script_others(std::optional<Scripted> reply);
  // The reply to every first question from now on, a polite one where there is none.
  void script_first_answer(std::optional<Scripted> reply);

  // Bytes that nobody asked for, on every open connection.
  void send_unasked(const std::string& bytes);
  void close_connections();
  void stop_listening();

  // The requests so far without the first questions, each with all its bytes.
  std::vector<std::string> requests() const;
  // Accepted so far.
  std::size_t connections() const;

 private:
  struct Client {
    FileDescriptor socket;
    std::thread thread;
  };
  void accept_clients();
  void serve(int socket);
  bool answer(int socket, const std::string& request);
  Scripted reply_to(const std::string& request);

  const Protocol protocol_;
  const BoundPort port_;
  mutable std::mutex mutex_;  // guards all below
  std::deque<Scripted> script_;
  std::optional<Scripted> others_;
  std::optional<Scripted> first_answer_;
  std::vector<std::string> requests_;
  std::list<Client> clients_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cache
