#include "engine/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
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

Resolver::Addresses look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(found, &freeaddrinfo);

  Resolver::Addresses addresses;
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

Resolver::Resolver() : Resolver(look_up, {}) {}

Resolver::Resolver(LookUp look_up, const ResolverTimes& times)
    : look_up_(std::move(look_up)), times_(times) {}

std::optional<Resolver::Addresses> Resolver::resolve(const std::string& host, Deadline deadline) {
  if (is_ip_literal(host)) return Addresses{host};
  std::shared_future<Found> lookup;
  {
    const std::lock_guard lock(mutex_);
    const Entry& entry = renewed(host);
    if (auto addresses = answer(entry)) return addresses;
    lookup = entry.lookup;
    if (!entry.addresses.empty()) deadline = std::min(deadline, entry.kept_back_until);
  }
  lookup.wait_until(deadline);
  return known(host);
}

std::optional<Resolver::Addresses> Resolver::known(const std::string& host) {
  if (is_ip_literal(host)) return Addresses{host};
  const std::lock_guard lock(mutex_);
  return answer(renewed(host));
}

bool Resolver::is_current(const std::string& host, const std::string& address) {
  if (host == address) return true;
  const std::lock_guard lock(mutex_);
  const Addresses& addresses = renewed(host).addresses;
  return addresses.empty() || std::ranges::find(addresses, address) != addresses.end();
}

void Resolver::put_last(const std::string& host, const std::string& address) {
  if (host == address) return;
  const std::lock_guard lock(mutex_);
  Addresses& addresses = entries_[host].addresses;
  const auto found = std::ranges::find(addresses, address);
  if (found != addresses.end()) std::rotate(found, found + 1, addresses.end());
}

Resolver::Entry& Resolver::renewed(const std::string& host) {
  Entry& entry = entries_[host];
  take_over_finished_lookup(entry);
  start_lookup_if_due(host, entry);
  return entry;
}

// A lookup that found nothing leaves the last good answer standing: an outage of the name service
// must not become an outage of the cache. It may have ended long before somebody asked again.
void Resolver::take_over_finished_lookup(Entry& entry) const {
  if (!entry.lookup.valid() ||
      entry.lookup.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    return;
  }
  const auto [addresses, when] = entry.lookup.get();
  entry.lookup = {};
  entry.next_lookup = when + (addresses.empty() ? times_.retry_after : times_.fresh_for);
  // The same ones keep their order: what was put last stays there.
  if (!addresses.empty() && !std::ranges::is_permutation(addresses, entry.addresses)) {
    entry.addresses = addresses;
  }
}

// The thread is detached because getaddrinfo cannot be cancelled; it owns all that it touches.
void Resolver::start_lookup_if_due(const std::string& host, Entry& entry) const {
  const Deadline now = Clock::now();
  if (entry.lookup.valid() || now < entry.next_lookup) return;
  std::promise<Found> promise;
  try {
    auto lookup = promise.get_future().share();
    start_thread([host, look_up = look_up_, promise = std::move(promise)]() mutable {
      Addresses addresses = look_up(host);
      promise.set_value({std::move(addresses), Clock::now()});
    }).detach();
    entry.lookup = std::move(lookup);
    entry.kept_back_until = now + times_.renewal_wait;
  } catch (const std::system_error&) {
    entry.next_lookup = now + times_.retry_after;  // no thread to be had
  }
}

std::optional<Resolver::Addresses> Resolver::answer(const Entry& entry) {
  const bool is_renewed = !entry.lookup.valid();
  const bool was_kept_back = !entry.addresses.empty() && Clock::now() >= entry.kept_back_until;
  if (is_renewed || was_kept_back) return entry.addresses;
  return std::nullopt;
}

}  // namespace cache
