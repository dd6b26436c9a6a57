// Asking an engine as a client does.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "support/packing.h"
#include "support/recording_sink.h"

namespace cache {

inline Request get(std::string key) { return {.command = Command::Get, .key = std::move(key)}; }
inline Request set(std::string key, std::string value) {
  return {.command = Command::Set, .key = std::move(key), .value = std::move(value)};
}

// One engine, and the answers to what was last handed to it: one turn of a client.
class Turn {
 public:
  Turn(Engine& engine, const std::vector<Request>& requests);

  std::size_t answered() const { return sink_->answered(); }
  // In the order of the requests. Waits for them.
  std::vector<Answered> answers() const { return sink_->answers(count_); }

 private:
  std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
  std::size_t count_;
};

std::vector<Answered> ask(Engine& engine, const std::vector<Request>& requests);
Answered ask(Engine& engine, const Request& request);

}  // namespace cache
