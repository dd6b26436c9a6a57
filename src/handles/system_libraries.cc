#include "handles/system_libraries.h"

#include <dlfcn.h>
#include <libmemcached-1.0/memcached.h>
#include <sasl/sasl.h>

#include <string>

#include "routing/unsupported_error.h"

namespace cache {

namespace {

#ifdef __APPLE__
constexpr char kPoolLibrary[] = "libmemcachedutil.2.dylib";
#else
constexpr char kPoolLibrary[] = "libmemcachedutil.so.2";
#endif

std::string path_of_libmemcached() {
  Dl_info found{};
  const bool known = dladdr(reinterpret_cast<void*>(&memcached_create), &found) != 0;
  return known ? found.dli_fname : "";
}

template <typename Function>
Function function_of(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

// By its path, beside the libmemcached it belongs to: macOS does not search Homebrew's directories.
PoolLibrary load_pool_library() {
  const std::string libmemcached = path_of_libmemcached();
  const std::string path = libmemcached.substr(0, libmemcached.rfind('/') + 1) + kPoolLibrary;
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    throw UnsupportedError(std::string("engine 'libmemcached' needs ") + kPoolLibrary +
                           ", which is not installed; install its package (Debian, Ubuntu: "
                           "libmemcachedutil2)");
  }
  return {
      .create = function_of<decltype(PoolLibrary::create)>(library, "memcached_pool_create"),
      .destroy = function_of<decltype(PoolLibrary::destroy)>(library, "memcached_pool_destroy"),
      .pop = function_of<decltype(PoolLibrary::pop)>(library, "memcached_pool_pop"),
      .push = function_of<decltype(PoolLibrary::push)>(library, "memcached_pool_push"),
  };
}

// A lookup in libmemcached finds what the libraries it brings have.
int start_sasl() {
  void* library = dlopen(path_of_libmemcached().c_str(), RTLD_LAZY | RTLD_NOLOAD);
  const auto start = function_of<decltype(&sasl_client_init)>(library, "sasl_client_init");
  return start != nullptr ? start(nullptr) : SASL_OK;
}

}  // namespace

const PoolLibrary& pool_library() {
  static const PoolLibrary library = load_pool_library();
  return library;
}

void keep_sasl() { [[maybe_unused]] static const int kept = start_sasl(); }

}  // namespace cache
