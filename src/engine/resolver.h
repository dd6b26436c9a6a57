// Host names to addresses, without ever making a caller wait longer than it can.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/operation.h"

namespace cache {

// What users are told where there is no address.
inline constexpr std::string_view kDoesNotResolve = "the host name does not resolve";

struct ResolverTimes {
  // An answer older than this is looked up again.
  std::chrono::milliseconds fresh_for{20'000};
  // A lookup that found nothing is not repeated sooner: operations ask far more often.
  std::chrono::milliseconds retry_after{1000};
  // So long an old answer is kept back for the one that is to take its place.
  std::chrono::milliseconds renewal_wait{200};
};

// libmemcached would call getaddrinfo on the thread that serves the operations, bounded by nothing,
// and keep its answer until every address of it has failed (H26). Here each lookup runs on a thread
// of its own, one at a time a host. An old address may be somebody else's by now: a new connection
// goes there only where the name service refuses or is slow. Any thread.
class Resolver {
 public:
  using Addresses = std::vector<std::string>;
  using LookUp = std::function<Addresses(const std::string& host)>;

  Resolver();
  // With a name service of the test's own, which is called on other threads and outlives this.
  Resolver(LookUp look_up, const ResolverTimes& times);

  // The addresses of `host` as IP literals, in the order to try them; an IP literal is its own
  // address. Waits until `deadline` at the longest. None when the name does not resolve, nothing
  // when that is not known in time.
  std::optional<Addresses> resolve(const std::string& host, Deadline deadline);

  // The same without waiting: nothing while they are being looked up.
  std::optional<Addresses> known(const std::string& host);

  // Whether `address` is (still) one of the host's. Never waits: it answers from what is known and
  // starts a lookup where that is old.
  bool is_current(const std::string& host, const std::string& address);

  // Nobody answered at `address` in time: the host's others are tried before it from now on.
  void put_last(const std::string& host, const std::string& address);

 private:
  struct Found {
    Addresses addresses;
    Deadline when;
  };
  struct Entry {
    Addresses addresses;  // of the last lookup that found some
    Deadline next_lookup{};
    Deadline kept_back_until{};        // while a lookup runs
    std::shared_future<Found> lookup;  // valid while one runs or is not yet taken over
  };

  // All with mutex_ held.
  Entry& renewed(const std::string& host);
  void take_over_finished_lookup(Entry& entry) const;
  void start_lookup_if_due(const std::string& host, Entry& entry) const;
  static std::optional<Addresses> answer(const Entry& entry);

  const LookUp look_up_;
  const ResolverTimes times_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace cache
