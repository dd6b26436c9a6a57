#include "support/client.h"

#include "engine/batch.h"

namespace cache {

Turn::Turn(Engine& engine, const std::vector<Request>& requests) : count_(requests.size()) {
  const std::string bytes = packed(requests);
  engine.submit(std::make_shared<Batch>(bytes.data(), bytes.size(), count_, engine.router(),
                                        Clock::now(), sink_));
}

std::vector<Answered> ask(Engine& engine, const std::vector<Request>& requests) {
  return Turn(engine, requests).answers();
}

Answered ask(Engine& engine, const Request& request) {
  return ask(engine, std::vector{request}).front();
}

}  // namespace cache
