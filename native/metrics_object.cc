#include "metrics_object.h"

namespace cache::node {

namespace {

Napi::Object write_command(Napi::Env env, const CommandMetrics& command) {
  const auto object = Napi::Object::New(env);
  object.Set("count", static_cast<double>(command.count));
  object.Set("misses", static_cast<double>(command.misses));
  object.Set("failures", static_cast<double>(command.failures));
  object.Set("microseconds", static_cast<double>(command.microseconds));
  object.Set("longestMicroseconds", static_cast<double>(command.longest_microseconds));
  const auto latency = Napi::Array::New(env, command.latency.size());
  for (std::uint32_t i = 0; i < command.latency.size(); ++i) {
    const auto bucket = Napi::Object::New(env);
    bucket.Set("below", static_cast<double>(command.latency[i].below));
    bucket.Set("count", static_cast<double>(command.latency[i].count));
    latency.Set(i, bucket);
  }
  object.Set("latency", latency);
  return object;
}

Napi::Object write_server(Napi::Env env, const ServerMetrics& server) {
  const auto object = Napi::Object::New(env);
  object.Set("pending", static_cast<double>(server.pending));
  object.Set("connections", static_cast<double>(server.connections));
  object.Set("connects", static_cast<double>(server.connects));
  object.Set("breakerOpen", server.breaker_open);
  const auto commands = Napi::Array::New(env, server.commands.size());
  for (std::uint32_t i = 0; i < server.commands.size(); ++i) {
    commands.Set(i, write_command(env, server.commands[i]));
  }
  object.Set("commands", commands);
  return object;
}

}  // namespace

Napi::Array write_metrics(Napi::Env env, const std::vector<ServerMetrics>& metrics) {
  const auto array = Napi::Array::New(env, metrics.size());
  for (std::uint32_t i = 0; i < metrics.size(); ++i) array.Set(i, write_server(env, metrics[i]));
  return array;
}

Napi::Array write_hot_keys(Napi::Env env, const HotKeys* hot_keys) {
  const auto array = Napi::Array::New(env);
  if (hot_keys == nullptr) return array;
  std::uint32_t next = 0;
  for (const HotKey& hot_key : hot_keys->read()) {
    const auto object = Napi::Object::New(env);
    object.Set("key", Napi::Buffer<char>::Copy(env, hot_key.key.data(), hot_key.key.size()));
    object.Set("count", static_cast<double>(hot_key.count));
    object.Set("error", static_cast<double>(hot_key.error));
    array.Set(next++, object);
  }
  return array;
}

}  // namespace cache::node
