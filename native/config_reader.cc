#include "config_reader.h"

#include <string>

namespace cache::node {

namespace {

std::string text(const Napi::Object& object, const char* name) {
  return object.Get(name).As<Napi::String>();
}

std::uint32_t number(const Napi::Object& object, const char* name) {
  return object.Get(name).As<Napi::Number>().Uint32Value();
}

bool truth(const Napi::Object& object, const char* name) {
  return object.Get(name).As<Napi::Boolean>();
}

template <typename Read>
auto list(const Napi::Object& object, const char* name, Read read) {
  const auto array = object.Get(name).As<Napi::Array>();
  std::vector<decltype(read(array.Get(0U)))> items;
  for (std::uint32_t i = 0; i < array.Length(); ++i) items.push_back(read(array.Get(i)));
  return items;
}

Server read_server(const Napi::Value& value) {
  const auto server = value.As<Napi::Object>();
  return {.host = text(server, "host"),
          .port = static_cast<std::uint16_t>(number(server, "port")),
          .weight = number(server, "weight"),
          .unix_socket = truth(server, "unixSocket"),
          .ring_as_host = truth(server, "ringAsHost")};
}

Ketama read_ketama(const std::string& name) {
  if (name == "weighted") return Ketama::Weighted;
  return name == "unweighted" ? Ketama::Unweighted : Ketama::Off;
}

Ring read_ring(const Napi::Object& ring) {
  return {.hash = text(ring, "hash"),
          .distribution = text(ring, "distribution"),
          .ketama = read_ketama(text(ring, "ketama")),
          .sort_hosts = truth(ring, "sortHosts"),
          .buckets = list(
              ring, "buckets",
              [](const Napi::Value& bucket) { return bucket.As<Napi::Number>().Uint32Value(); }),
          .placement = text(ring, "placement"),
          .ketama_points = number(ring, "ketamaPoints"),
          .configuration = text(ring, "configuration")};
}

std::pair<std::string, std::uint64_t> read_behavior(const Napi::Value& value) {
  const auto pair = value.As<Napi::Array>();
  return {pair.Get(0U).As<Napi::String>(),
          static_cast<std::uint64_t>(pair.Get(1U).As<Napi::Number>().Int64Value())};
}

Transport read_transport(const Napi::Object& transport) {
  return {.engine = text(transport, "engine") == "pipelined" ? EngineKind::Pipelined
                                                             : EngineKind::Libmemcached,
          .protocol = text(transport, "protocol") == "binary" ? Protocol::Binary : Protocol::Text,
          .username = text(transport, "username"),
          .password = text(transport, "password"),
          .connections = number(transport, "connections"),
          .io_threads = number(transport, "ioThreads"),
          .connect_timeout_ms = number(transport, "connectTimeout"),
          .no_delay = truth(transport, "noDelay"),
          .keep_alive_s = number(transport, "keepAlive"),
          .behaviors = list(transport, "behaviors", read_behavior)};
}

}  // namespace

EngineConfig read_config(const Napi::Object& config) {
  return {.servers = list(config, "servers", read_server),
          .ring = read_ring(config.Get("ring").As<Napi::Object>()),
          .transport = read_transport(config.Get("transport").As<Napi::Object>()),
          .hot_keys = number(config, "hotKeys")};
}

Napi::Array write_servers(Napi::Env env, const std::vector<Server>& servers) {
  const auto array = Napi::Array::New(env, servers.size());
  for (std::uint32_t i = 0; i < servers.size(); ++i) {
    const auto server = Napi::Object::New(env);
    server.Set("host", servers[i].host);
    server.Set("port", servers[i].port);
    server.Set("weight", servers[i].weight);
    server.Set("unixSocket", servers[i].unix_socket);
    server.Set("ringAsHost", servers[i].ring_as_host);
    array.Set(i, server);
  }
  return array;
}

}  // namespace cache::node
