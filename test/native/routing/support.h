// What the tests of routing say again and again.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/config.h"
#include "routing/router.h"
#include "routing/unsupported_error.h"

namespace cache {

inline Server tcp(const std::string& host, std::uint16_t port = 11211, std::uint32_t weight = 1) {
  return {.host = host, .port = port, .weight = weight};
}

// "10.0.0.1:11211", "10.0.0.2:11211" and so on.
inline std::vector<Server> servers_of(std::size_t count) {
  std::vector<Server> servers;
  for (std::size_t i = 1; i <= count; ++i) {
    servers.push_back(tcp("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)));
  }
  return servers;
}

inline std::vector<std::string> keys_of(std::size_t count) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < count; ++i) keys.push_back("session:" + std::to_string(i * 7919));
  return keys;
}

// The index of the server of each of 500 keys: two equal rings give equal lists.
inline std::vector<std::uint32_t> places_on(const Router& router) {
  std::vector<std::uint32_t> places;
  for (const std::string& key : keys_of(500)) places.push_back(router.server_of(key));
  return places;
}

inline std::vector<std::uint32_t> places_on(const std::vector<Server>& servers, const Ring& ring) {
  return places_on(Router(servers, ring));
}

// The hosts of the servers of the same keys, which do not depend on the order of the list.
inline std::vector<std::string> hosts_on(const Router& router) {
  std::vector<std::string> hosts;
  for (const std::uint32_t place : places_on(router)) hosts.push_back(router.servers()[place].host);
  return hosts;
}

// The message of the `Error` that `call` throws.
template <typename Error, typename Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  FAIL("no such error");
  return "";
}

template <typename Call>
std::string ring_error_of(const Call& call) {
  return error_of<RingError>(call);
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace cache
