#include "engine/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <thread>
#include <utility>

#include "engine/threads.h"

namespace cache {

namespace {

bool is_ip_literal(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

std::vector<std::string> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, &freeaddrinfo);

  std::vector<std::string> addresses;
  for (const addrinfo* info = list.get(); info != nullptr; info = info->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(info->ai_addr, info->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) == 0) {
      addresses.emplace_back(text.data());
    }
  }
  return addresses;
}

}  // namespace

std::vector<std::string> Resolver::resolve(const std::string& host, Deadline deadline) {
  if (is_ip_literal(host)) return {host};
  std::shared_future<Addresses> lookup;
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[host];
    take_over_finished_lookup(entry);
    start_lookup_if_old(host, entry);
    if (!entry.addresses.empty()) return entry.addresses;
    lookup = entry.lookup;
  }
  if (!lookup.valid() || lookup.wait_until(deadline) != std::future_status::ready) return {};
  return lookup.get();
}

std::vector<std::string> Resolver::known(const std::string& host) {
  if (is_ip_literal(host)) return {host};
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[host];
  take_over_finished_lookup(entry);
  start_lookup_if_old(host, entry);
  return entry.addresses;
}

bool Resolver::is_current(const std::string& host, const std::string& address) {
  if (host == address) return true;
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[host];
  take_over_finished_lookup(entry);
  start_lookup_if_old(host, entry);
  return entry.addresses.empty() || std::find(entry.addresses.begin(), entry.addresses.end(),
                                              address) != entry.addresses.end();
}

// A lookup that found nothing leaves the last good answer standing: an outage of the name service
// must not become an outage of the cache.
void Resolver::take_over_finished_lookup(Entry& entry) {
  if (!entry.lookup.valid() ||
      entry.lookup.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    return;
  }
  Addresses addresses = entry.lookup.get();
  entry.lookup = {};
  if (addresses.empty()) return;
  entry.addresses = std::move(addresses);
  entry.looked_up = Clock::now();
}

// The thread is detached because getaddrinfo cannot be cancelled; it owns all that it touches.
void Resolver::start_lookup_if_old(const std::string& host, Entry& entry) {
  const bool fresh = !entry.addresses.empty() && Clock::now() - entry.looked_up < kFreshFor;
  if (fresh || entry.lookup.valid()) return;
  std::promise<Addresses> promise;
  entry.lookup = promise.get_future().share();
  try {
    start_thread([host, promise = std::move(promise)]() mutable {
      promise.set_value(look_up(host));
    }).detach();
  } catch (const std::system_error&) {
    entry.lookup = {};  // no thread to be had: whoever asks next tries again
  }
}

}  // namespace cache
