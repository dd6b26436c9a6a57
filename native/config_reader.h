// An engine's configuration out of the object lib/options.ts made of the user's.
#pragma once

#include "engine/config.h"
#include "napi_setup.h"

namespace cache::node {

// { servers, ring, transport } as lib/binding.ts declares it: checked there, only read here.
EngineConfig read_config(const Napi::Object& config);

// The reverse, for what the router or a configuration string says the servers are.
Napi::Array write_servers(Napi::Env env, const std::vector<Server>& servers);

}  // namespace cache::node
