// The only place that includes napi.h: what must be defined before it, is, everywhere.
#pragma once

// In an environment that is being terminated no error can be thrown: then there is nobody to catch
// it, and node-addon-api would end the process.
#define NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS

#include <napi.h>
