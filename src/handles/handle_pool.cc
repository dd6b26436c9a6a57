#include "handles/handle_pool.h"

#include <new>
#include <stdexcept>
#include <string>

namespace cache {

namespace {

// The option names of the facade, which checks the ranges: an out-of-range value of some of these
// makes libmemcached abort at the next connect (H15).
memcached_behavior_t behavior_named(const std::string& name) {
  struct Named {
    const char* name;
    memcached_behavior_t behavior;
  };
  static constexpr Named kBehaviors[] = {
      {"socket_send_size", MEMCACHED_BEHAVIOR_SOCKET_SEND_SIZE},
      {"socket_recv_size", MEMCACHED_BEHAVIOR_SOCKET_RECV_SIZE},
      {"tcp_nodelay", MEMCACHED_BEHAVIOR_TCP_NODELAY},
      {"tcp_keepalive", MEMCACHED_BEHAVIOR_TCP_KEEPALIVE},
      {"tcp_keepidle", MEMCACHED_BEHAVIOR_TCP_KEEPIDLE},
      {"io_key_prefetch", MEMCACHED_BEHAVIOR_IO_KEY_PREFETCH},
  };
  for (const Named& known : kBehaviors) {
    if (name == known.name) return known.behavior;
  }
  throw std::invalid_argument("behavior '" + name + "' is not known");
}

void set_behavior(memcached_st* handle, memcached_behavior_t behavior, std::uint64_t value,
                  const char* name) {
  if (memcached_failed(memcached_behavior_set(handle, behavior, value))) {
    throw std::invalid_argument(std::string("the installed libmemcached refuses behavior '") +
                                name + "'");
  }
}

}  // namespace

HandlePool::HandlePool(const Transport& transport) : master_(memcached_create(nullptr)) {
  if (!master_) throw std::bad_alloc();
  memcached_st* handle = master_.get();
  set_behavior(handle, MEMCACHED_BEHAVIOR_BINARY_PROTOCOL,
               transport.protocol == Protocol::Binary ? 1 : 0, "binary_protocol");
  // The breaker decides when to try again, not the library's clock of whole seconds (H27).
  set_behavior(handle, MEMCACHED_BEHAVIOR_RETRY_TIMEOUT, static_cast<std::uint64_t>(-1),
               "retry_timeout");
  set_behavior(handle, MEMCACHED_BEHAVIOR_TCP_NODELAY, transport.no_delay ? 1 : 0, "tcp_nodelay");
  if (transport.keep_alive_s > 0) {
    set_behavior(handle, MEMCACHED_BEHAVIOR_TCP_KEEPALIVE, 1, "tcp_keepalive");
    set_behavior(handle, MEMCACHED_BEHAVIOR_TCP_KEEPIDLE, transport.keep_alive_s, "tcp_keepidle");
  }
  for (const auto& [name, value] : transport.behaviors) {
    set_behavior(handle, behavior_named(name), value, name.c_str());
  }
  pool_.reset(pool_library().create(handle, 1, transport.connections));
  if (!pool_) throw std::bad_alloc();
}

HandlePool::~HandlePool() = default;

HandlePool::Lease HandlePool::pop() {
  memcached_return_t code = MEMCACHED_SUCCESS;
  memcached_st* handle = pool_library().pop(pool_.get(), false, &code);
  if (handle == nullptr) throw std::bad_alloc();
  return {*pool_, *handle};
}

}  // namespace cache
