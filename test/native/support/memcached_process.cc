#include "support/memcached_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <utility>

#include "support/eventually.h"
#include "support/file_descriptor.h"
#include "support/loopback.h"

namespace cache {

namespace {

constexpr int kAttempts = 20;

pid_t spawn(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const FileDescriptor nowhere(open("/dev/null", O_RDWR | O_CLOEXEC));

  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child > 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(nowhere.get(), STDOUT_FILENO);
  dup2(nowhere.get(), STDERR_FILENO);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

bool connects_to(const sockaddr* address, socklen_t length) {
  const FileDescriptor probe(socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return connect(probe.get(), address, length) == 0;
}

}  // namespace

MemcachedProcess::MemcachedProcess(Listen listen, std::vector<std::string> options)
    : listen_(listen), options_(std::move(options)) {
  // Somebody else may take the port between the choice and the start.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    choose_address();
    if (start()) return;
  }
  throw std::runtime_error("memcached does not start");
}

MemcachedProcess::~MemcachedProcess() { kill(); }

void MemcachedProcess::suspend() {
  ::kill(pid_, SIGSTOP);
  waitpid(pid_, nullptr, WUNTRACED);
}

void MemcachedProcess::resume() { ::kill(pid_, SIGCONT); }

void MemcachedProcess::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void MemcachedProcess::restart() {
  if (!start()) throw std::runtime_error("memcached does not start again");
}

void MemcachedProcess::choose_address() {
  if (listen_ == Listen::Port) {
    server_ = loopback(bind_to_free_port().port);
  } else {
    server_ = {.host = directory_.path() + "/memcached.sock", .port = 0, .unix_socket = true};
  }
}

std::vector<std::string> MemcachedProcess::command() const {
  std::vector<std::string> words{"memcached", "-t", "2"};
  if (listen_ == Listen::Port) {
    words.insert(words.end(), {"-l", server_.host, "-p", std::to_string(server_.port)});
  } else {
    words.insert(words.end(), {"-s", server_.host});
  }
  if (geteuid() == 0) words.insert(words.end(), {"-u", "root"});
  words.insert(words.end(), options_.begin(), options_.end());
  return words;
}

// False when it has ended at once, as it does when its port is taken.
bool MemcachedProcess::start() {
  pid_ = spawn(command());
  bool ended = false;
  eventually([&] { return (ended = has_ended()) || accepts_connections(); });
  return !ended && accepts_connections();
}

bool MemcachedProcess::accepts_connections() const {
  if (listen_ == Listen::UnixSocket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, server_.host.c_str(), sizeof address.sun_path - 1);
    return connects_to(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(server_.port);
  return connects_to(reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

bool MemcachedProcess::has_ended() {
  if (waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
  pid_ = -1;
  return true;
}

}  // namespace cache
