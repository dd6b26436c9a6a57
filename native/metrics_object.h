// Metrics as JavaScript sees them.
#pragma once

#include <vector>

#include "engine/hot_keys.h"
#include "engine/metrics.h"
#include "napi_setup.h"

namespace cache::node {

// One object a server: { pending, connections, connects, breakerOpen, commands }, commands by
// their number: { count, misses, failures, microseconds, longestMicroseconds, latency }.
Napi::Array write_metrics(Napi::Env env, const std::vector<ServerMetrics>& metrics);

// { key: Buffer, count, error } each, the most frequent first; none where none are counted.
Napi::Array write_hot_keys(Napi::Env env, const HotKeys* hot_keys);

}  // namespace cache::node
