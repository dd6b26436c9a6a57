// Host names to addresses, without ever making a caller wait longer than it can.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/operation.h"

namespace cache {

// libmemcached would call getaddrinfo on the thread that serves the operations, bounded by nothing,
// and keep its answer until every address of it has failed (H26). Here each lookup runs on a thread
// of its own, one at a time a host, and an answer older than kFreshFor is looked up again.
// Any thread.
class Resolver {
 public:
  static constexpr std::chrono::seconds kFreshFor{20};

  // The addresses of `host` as IP literals; an IP literal is its own address. Waits until
  // `deadline` at the longest. Empty when the name does not resolve, or not in time.
  std::vector<std::string> resolve(const std::string& host, Deadline deadline);

  // The same without waiting: empty while they are being looked up.
  std::vector<std::string> known(const std::string& host);

  // Whether `address` is (still) one of the host's. Never waits: it answers from what is known and
  // starts a lookup where that is old.
  bool is_current(const std::string& host, const std::string& address);

 private:
  using Addresses = std::vector<std::string>;
  struct Entry {
    Addresses addresses;
    Deadline looked_up{};
    std::shared_future<Addresses> lookup;  // valid while one runs or is not yet taken over
  };

  // Both with mutex_ held.
  void take_over_finished_lookup(Entry& entry);
  void start_lookup_if_old(const std::string& host, Entry& entry);

  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace cache
