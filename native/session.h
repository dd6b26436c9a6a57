// One client's view of an engine.
#pragma once

#include <cstdint>
#include <memory>

#include "completion_queue.h"
#include "engine/batches_under_way.h"
#include "engine/engine.h"
#include "napi_setup.h"

namespace cache::node {

// Its JavaScript object is held by the client, and by itself while operations are under way. The
// callback for outcomes is a property of that object and not a reference from here: a reference
// would keep a forgotten client alive for ever. All methods: the JavaScript thread.
class Session final : public Napi::ObjectWrap<Session>, private CompletionQueue::Receiver {
 public:
  static Napi::Function define(Napi::Env env);

  // new Session(config: EngineConfig, shared: boolean)
  explicit Session(const Napi::CallbackInfo& info);
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  // submit(bytes: Uint8Array, length: number, count: number): void - one turn's operations, copied
  void submit(const Napi::CallbackInfo& info);
  // cancel(batch: number, index: number): boolean - true: was not sent, gets no outcome
  Napi::Value cancel(const Napi::CallbackInfo& info);
  // locate(bytes: Uint8Array): number - index of the server
  Napi::Value locate(const Napi::CallbackInfo& info);
  // servers(): { host, port, weight, unixSocket }[] - in the order of their indices
  Napi::Value servers(const Napi::CallbackInfo& info);
  // ringPoints(): Uint32Array - pairs of a point and the index of its server, ascending
  Napi::Value ring_points(const Napi::CallbackInfo& info);
  // setServers(config: EngineConfig): void
  void set_servers(const Napi::CallbackInfo& info);
  // metrics(): ServerMetrics[]
  Napi::Value metrics(const Napi::CallbackInfo& info);
  // hotKeys(): { key, count, error }[] - the most frequent first
  Napi::Value hot_keys(const Napi::CallbackInfo& info);
  // listen(): void - after each call of onOutcomes, once the loop has turned
  void listen(const Napi::CallbackInfo& info);
  // close(): void - what is unanswered stays so
  void close(const Napi::CallbackInfo& info);

  void receive(napi_env env, std::vector<OutcomeBuffer>& outcomes) override;
  void hand_over(napi_env env, const std::vector<OutcomeBuffer>& outcomes, std::size_t first,
                 std::size_t last);
  void use(std::shared_ptr<Engine> engine);
  void add_outstanding(Napi::Env env, std::size_t count);
  void remove_outstanding(Napi::Env env, std::size_t count);
  void release();

  std::shared_ptr<CompletionQueue> queue_;
  std::shared_ptr<Engine> engine_;  // null once closed
  std::shared_ptr<BytePool> pool_ = std::make_shared<BytePool>();
  bool shared_;
  std::size_t outstanding_ = 0;
  BatchesUnderWay batches_;
  std::uint32_t ring_ =
      0;  // how often setServers() has changed it: the id of news about its servers
};

}  // namespace cache::node
