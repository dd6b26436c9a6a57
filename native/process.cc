#include "process.h"

#include <dlfcn.h>

#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "engine/threads.h"

namespace cache::node {

EngineRegistry& process_registry() {
  static EngineRegistry& registry = *new EngineRegistry;
  return registry;
}

void retire(std::shared_ptr<Engine> engine, Rest rest) {
  static constexpr std::chrono::milliseconds kLookAgain{2};
  try {
    start_thread([engine = std::move(engine), rest]() mutable {
      while (engine.use_count() == 1 && engine->pending() > 0) {
        // Two clients that let go at once have each taken the other for one who stays.
        if (rest == Rest::Refused) process_registry().close_if_unused(engine);
        std::this_thread::sleep_for(kLookAgain);
      }
      engine.reset();
    }).detach();
  } catch (const std::system_error&) {
    // No thread to wait in: with the function's copy it has ended here and now.
  }
}

void pin_image() {
  Dl_info image{};
  if (dladdr(reinterpret_cast<void*>(&pin_image), &image) != 0) {
    dlopen(image.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  }
}

}  // namespace cache::node
