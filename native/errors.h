// Exceptions of the engine as errors of JavaScript.
#pragma once

#include <exception>
#include <stdexcept>

#include "napi_setup.h"
#include "routing/unsupported_error.h"

namespace cache::node {

// Runs `body` and rethrows what it throws as an Error with a `code` of lib/errors.ts: no other
// exception may leave a native function (N8).
template <typename Body>
auto rethrow_to_js(Napi::Env env, Body body) {
  const auto to_js = [env](const char* code, const std::exception& cause) {
    Napi::Error error = Napi::Error::New(env, cause.what());
    error.Set("code", code);
    return error;
  };
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (const UnsupportedError& cause) {
    throw to_js("UNSUPPORTED", cause);
  } catch (const std::invalid_argument& cause) {
    throw to_js("INVALID_ARGUMENT", cause);
  } catch (const std::exception& cause) {
    throw to_js("CONNECTION", cause);  // the process is out of memory or threads
  }
}

}  // namespace cache::node
