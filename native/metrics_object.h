// Metrics as JavaScript sees them.
#pragma once

#include <vector>

#include "engine/metrics.h"
#include "napi_setup.h"

namespace cache::node {

// One object a server: { pending, connections, connects, breakerOpen, commands }, commands by
// their number: { count, misses, failures, microseconds, latency: number[] }.
Napi::Array write_metrics(Napi::Env env, const std::vector<ServerMetrics>& metrics);

}  // namespace cache::node
