#include "engine/registry.h"

#include <algorithm>

#include "handles/handles_engine.h"
#include "pipelined/pipelined_engine.h"

namespace cache {

namespace {
std::shared_ptr<Engine> make_engine(const EngineConfig& config) {
  if (config.transport.engine == EngineKind::Pipelined) {
    return std::make_shared<PipelinedEngine>(config);
  }
  return std::make_shared<HandlesEngine>(config);
}
}  // namespace

std::shared_ptr<Engine> EngineRegistry::acquire(const EngineConfig& config, bool shared) {
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [](const Entry& entry) { return entry.engine.expired(); });
  for (const Entry& entry : entries_) {
    if (!shared || !entry.shared || entry.config != config) continue;
    if (auto engine = entry.engine.lock()) return engine;
  }
  std::shared_ptr<Engine> engine = make_engine(config);
  entries_.push_back({config, shared, engine});
  return engine;
}

void EngineRegistry::close_if_unused(const std::shared_ptr<Engine>& engine) {
  const std::lock_guard lock(mutex_);
  if (engine.use_count() > 1) return;
  std::erase_if(entries_, [&](const Entry& entry) { return entry.engine.lock() == engine; });
  engine->close();
}

void EngineRegistry::close_all(Deadline deadline) {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Engine>> engines;
  for (const Entry& entry : entries_) {
    if (auto engine = entry.engine.lock()) engines.push_back(std::move(engine));
  }
  for (const auto& engine : engines) engine->close();
  for (const auto& engine : engines) engine->wait_closed(deadline);
}

}  // namespace cache
