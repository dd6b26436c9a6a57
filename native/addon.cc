// What the addon exports to one JavaScript environment. lib/binding.ts declares it.

#include <libmemcached-1.0/memcached.h>

#include "config_reader.h"
#include "errors.h"
#include "napi_setup.h"
#include "process.h"
#include "routing/configuration.h"
#include "routing/router.h"
#include "session.h"

namespace cache::node {

namespace {

// hash(algorithm: string, bytes: Uint8Array): number - memcached_generate_hash_value
Napi::Value hash(const Napi::CallbackInfo& info) {
  return rethrow_to_js(info.Env(), [&] {
    const auto bytes = info[1].As<Napi::Uint8Array>();
    return Napi::Number::New(
        info.Env(), hash_of(info[0].As<Napi::String>(),
                            {reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength()}));
  });
}

// parseConfiguration(configuration: string): ParsedConfiguration
Napi::Value parse(const Napi::CallbackInfo& info) {
  return rethrow_to_js(info.Env(), [&] {
    const ParsedConfiguration parsed = parse_configuration(info[0].As<Napi::String>());
    const auto object = Napi::Object::New(info.Env());
    const auto set_if_named = [&](const char* name, const std::optional<std::uint32_t>& value) {
      if (value) object.Set(name, *value);
    };
    object.Set("servers", write_servers(info.Env(), parsed.servers));
    object.Set("namespace", parsed.namespace_);
    object.Set("hashWithNamespace", parsed.hash_with_namespace);
    object.Set("binary", parsed.binary);
    set_if_named("connectTimeout", parsed.connect_timeout_ms);
    set_if_named("timeout", parsed.poll_timeout_ms);
    set_if_named("connections", parsed.pool_max);
    return object;
  });
}

// closeAll(milliseconds: number): void - for the end of the process, see EngineRegistry::close_all
void close_all(const Napi::CallbackInfo& info) {
  const std::chrono::milliseconds patience(info[0].As<Napi::Number>().Uint32Value());
  process_registry().close_all(Clock::now() + patience);
}

}  // namespace

}  // namespace cache::node

static Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  using namespace cache::node;  // the macro below takes no qualified name
  pin_image();
  exports.Set("libraryVersion", memcached_lib_version());
  exports.Set("Session", Session::define(env));
  exports.Set("hash", Napi::Function::New<hash>(env, "hash"));
  exports.Set("parseConfiguration", Napi::Function::New<parse>(env, "parseConfiguration"));
  exports.Set("closeAll", Napi::Function::New<close_all>(env, "closeAll"));
  return exports;
}

NODE_API_MODULE(libmemcached, initialize)
