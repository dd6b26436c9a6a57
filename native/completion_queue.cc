#include "completion_queue.h"

#include <utility>

namespace cache::node {

std::shared_ptr<CompletionQueue> CompletionQueue::create(Napi::Env env, Receiver& receiver) {
  std::shared_ptr<CompletionQueue> queue(new CompletionQueue(env, receiver));
  auto* kept_by_function = new std::shared_ptr<CompletionQueue>(queue);
  queue->wake_ = ThreadSafeFunction::New(
      env, "libmemcached", 0, 1, queue.get(),
      [](Napi::Env, std::shared_ptr<CompletionQueue>* kept, CompletionQueue*) { delete kept; },
      kept_by_function);
  queue->wake_.Unref(env);
  napi_add_env_cleanup_hook(env, &on_environment_end, queue.get());
  return queue;
}

void CompletionQueue::deliver(OutcomeBuffer&& outcomes) noexcept {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  ready_.push_back(std::move(outcomes));
  if (std::exchange(listens_, false)) wake_.NonBlockingCall();
}

void CompletionQueue::listen() {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  listens_ = ready_.empty();
  if (!listens_) wake_.NonBlockingCall();
}

void CompletionQueue::keep_alive(Napi::Env env, bool alive) {
  if (closed_) return;
  if (alive) {
    wake_.Ref(env);
  } else {
    wake_.Unref(env);
  }
}

void CompletionQueue::close() {
  receiver_ = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return;
    ready_.clear();
  }
  napi_remove_env_cleanup_hook(env_, &on_environment_end, this);
  wake_.Abort();
}

// The function is freed by Node itself now, and must not be released a second time.
void CompletionQueue::on_environment_end(void* queue) {
  auto* self = static_cast<CompletionQueue*>(queue);
  const std::lock_guard lock(self->mutex_);
  self->closed_ = true;
  self->ready_.clear();
}

void CompletionQueue::call_js(Napi::Env env, Napi::Function /*callback*/, CompletionQueue* queue,
                              void* /*data*/) {
  std::vector<OutcomeBuffer> outcomes;
  {
    const std::lock_guard lock(queue->mutex_);
    outcomes.swap(queue->ready_);
  }
  const bool environment_is_ending = static_cast<napi_env>(env) == nullptr;
  if (environment_is_ending || queue->receiver_ == nullptr || outcomes.empty()) return;
  queue->receiver_->receive(env, outcomes);
}

}  // namespace cache::node
