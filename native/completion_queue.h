// The way of outcomes from engine threads to one client's JavaScript thread.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/outcome_sink.h"
#include "napi_setup.h"

namespace cache::node {

// Lifetime rules:
// 1. Engine threads hold it through the batches they answer; the Session holds it; the
//    thread-safe function holds it until its own finalizer.
// 2. The thread-safe function is called under mutex_ and never once closed_ is set, because Node
//    frees it at the end of its environment whoever still calls it (N5). The cleanup hook
//    that sets closed_ is added after the function was made, so it runs before the function goes.
// 3. The receiver is touched on the JavaScript thread only.
class CompletionQueue final : public OutcomeSink {
 public:
  class Receiver {
   public:
    virtual ~Receiver() = default;
    // The JavaScript thread, inside a callback scope. Must not throw.
    virtual void receive(napi_env env, std::vector<OutcomeBuffer>& outcomes) = 0;
  };

  // The JavaScript thread. `receiver` must call close() before it dies.
  static std::shared_ptr<CompletionQueue> create(Napi::Env env, Receiver& receiver);

  // Engine threads: one wake-up of the JavaScript thread for all that arrives before listen().
  void deliver(OutcomeBuffer&& outcomes) noexcept override;

  // The JavaScript thread, once its loop has turned after a wake-up: what has arrived may wake it
  // again. Node calls a thread-safe function up to 1000 times in a row while more comes, and under
  // load more always comes: timers and sockets would get no turn.
  void listen();

  // The JavaScript thread: whether it keeps the process alive. It does not, at first.
  void keep_alive(Napi::Env env, bool alive);

  // The JavaScript thread: later outcomes are dropped. Idempotent.
  void close();

 private:
  static void call_js(Napi::Env env, Napi::Function callback, CompletionQueue* queue, void* data);
  using ThreadSafeFunction = Napi::TypedThreadSafeFunction<CompletionQueue, void, call_js>;

  CompletionQueue(Napi::Env env, Receiver& receiver) : env_(env), receiver_(&receiver) {}
  static void on_environment_end(void* queue);

  const napi_env env_;
  Receiver* receiver_;
  ThreadSafeFunction wake_;
  std::mutex mutex_;  // guards all below
  std::vector<OutcomeBuffer> ready_;
  bool listens_ = true;
  bool closed_ = false;
};

}  // namespace cache::node
