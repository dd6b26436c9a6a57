#include "session.h"

#include <cstring>
#include <utility>

#include "config_reader.h"
#include "errors.h"
#include "metrics_object.h"
#include "process.h"

namespace cache::node {

namespace {

// Outcomes up to about this many bytes cross in one piece; larger values cross by themselves, so
// that a value which the user keeps does not keep its neighbours in memory (N13).
constexpr std::size_t kPieceBytes = 256 * 1024;

}  // namespace

Napi::Function Session::define(Napi::Env env) {
  return DefineClass(env, "Session",
                     {
                         InstanceMethod<&Session::submit>("submit"),
                         InstanceMethod<&Session::cancel>("cancel"),
                         InstanceMethod<&Session::locate>("locate"),
                         InstanceMethod<&Session::servers>("servers"),
                         InstanceMethod<&Session::ring_points>("ringPoints"),
                         InstanceMethod<&Session::set_servers>("setServers"),
                         InstanceMethod<&Session::metrics>("metrics"),
                         InstanceMethod<&Session::hot_keys>("hotKeys"),
                         InstanceMethod<&Session::listen>("listen"),
                         InstanceMethod<&Session::close>("close"),
                     });
}

Session::Session(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<Session>(info), shared_(info[1].As<Napi::Boolean>()) {
  rethrow_to_js(info.Env(), [&] {
    auto engine = process_registry().acquire(read_config(info[0].As<Napi::Object>()), shared_);
    queue_ = CompletionQueue::create(info.Env(), *this);
    use(std::move(engine));
  });
}

Session::~Session() { release(); }

void Session::use(std::shared_ptr<Engine> engine) {
  engine->subscribe(queue_, ring_);
  std::swap(engine_, engine);
  if (engine) retire(std::move(engine), Rest::Finished);
}

void Session::submit(const Napi::CallbackInfo& info) {
  if (!engine_) return;  // closed: lib/ does not ask, but a mistake there must not end the process
  rethrow_to_js(info.Env(), [&] {
    const auto bytes = info[0].As<Napi::Uint8Array>();
    const auto batch = std::make_shared<Batch>(
        reinterpret_cast<const char*>(bytes.Data()), info[1].As<Napi::Number>().Uint32Value(),
        info[2].As<Napi::Number>().Uint32Value(), engine_->router(), Clock::now(), queue_, pool_);
    batches_.add(batch);
    add_outstanding(info.Env(), batch->size());
    engine_->submit(batch);
  });
}

Napi::Value Session::cancel(const Napi::CallbackInfo& info) {
  const auto batch = batches_.find(info[0].As<Napi::Number>().Uint32Value());
  const std::uint32_t index = info[1].As<Napi::Number>().Uint32Value();
  const bool was_not_sent = batch && batch->settle_unsent(index);
  if (was_not_sent) remove_outstanding(info.Env(), 1);
  return Napi::Boolean::New(info.Env(), was_not_sent);
}

Napi::Value Session::locate(const Napi::CallbackInfo& info) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  const std::string_view key(reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength());
  return Napi::Number::New(info.Env(), engine_->router().server_of(key));
}

Napi::Value Session::servers(const Napi::CallbackInfo& info) {
  return write_servers(info.Env(), engine_->router().servers());
}

Napi::Value Session::ring_points(const Napi::CallbackInfo& info) {
  const std::vector<RingPoint> points = engine_->router().points();
  auto pairs = Napi::Uint32Array::New(info.Env(), points.size() * 2);
  for (std::size_t i = 0; i < points.size(); ++i) {
    pairs[2 * i] = points[i].value;
    pairs[2 * i + 1] = points[i].server;
  }
  return {info.Env(), pairs};
}

void Session::set_servers(const Napi::CallbackInfo& info) {
  rethrow_to_js(info.Env(), [&] {
    auto engine = process_registry().acquire(read_config(info[0].As<Napi::Object>()), shared_);
    ++ring_;
    use(std::move(engine));
  });
}

Napi::Value Session::metrics(const Napi::CallbackInfo& info) {
  return write_metrics(info.Env(), engine_->metrics());
}

Napi::Value Session::hot_keys(const Napi::CallbackInfo& info) {
  return write_hot_keys(info.Env(), engine_->hot_keys());
}

void Session::listen(const Napi::CallbackInfo& /*info*/) { queue_->listen(); }

void Session::close(const Napi::CallbackInfo& info) {
  release();
  remove_outstanding(info.Env(), outstanding_);
}

void Session::release() {
  if (queue_) queue_->close();
  if (!engine_) return;
  // Nobody waits for the answers any more; an engine that others share goes on for them.
  process_registry().close_if_unused(engine_);
  retire(std::exchange(engine_, nullptr), Rest::Refused);
}

void Session::receive(napi_env env, std::vector<OutcomeBuffer>& outcomes) {
  std::size_t first = 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const std::size_t size = outcomes[i].bytes().size();
    if (i > first && bytes + size > kPieceBytes) {
      hand_over(env, outcomes, first, i);
      first = i;
      bytes = 0;
    }
    bytes += size;
  }
  hand_over(env, outcomes, first, outcomes.size());
}

// The outcomes [first, last) as one buffer. Plain N-API, whose calls answer with a status: while a
// worker is being terminated none of them works any more, and node-addon-api, which makes an Error
// of every failure, could not make that either and would end the process.
void Session::hand_over(napi_env env, const std::vector<OutcomeBuffer>& outcomes, std::size_t first,
                        std::size_t last) {
  std::size_t size = 0;
  std::size_t answers = 0;
  for (std::size_t i = first; i < last; ++i) {
    size += outcomes[i].bytes().size();
    answers += outcomes[i].answers();
  }
  const Napi::HandleScope scope(env);
  const napi_value self = Value();
  remove_outstanding(env, answers);

  void* data = nullptr;
  napi_value buffer = nullptr;
  if (napi_create_buffer(env, size, &data, &buffer) != napi_ok) return;
  auto* end = static_cast<char*>(data);
  for (std::size_t i = first; i < last; ++i) {
    const std::string_view bytes = outcomes[i].bytes();
    std::memcpy(end, bytes.data(), bytes.size());
    end += bytes.size();
  }
  napi_value on_outcomes = nullptr;
  if (napi_get_named_property(env, self, "onOutcomes", &on_outcomes) != napi_ok) return;
  if (napi_call_function(env, self, on_outcomes, 1, &buffer, nullptr) == napi_ok) return;
  napi_value exception = nullptr;
  if (napi_get_and_clear_last_exception(env, &exception) == napi_ok) {
    napi_fatal_exception(env, exception);  // Node 20 would swallow it (N9)
  }
}

// The first operation under way holds the object and keeps the process alive (N7), the last one
// lets go of both.
void Session::add_outstanding(Napi::Env env, std::size_t count) {
  if (count == 0) return;
  if (outstanding_ == 0) {
    Ref();
    queue_->keep_alive(env, true);
  }
  outstanding_ += count;
}

void Session::remove_outstanding(Napi::Env env, std::size_t count) {
  if (count == 0) return;
  outstanding_ -= count;
  if (outstanding_ == 0) {
    queue_->keep_alive(env, false);
    Unref();
  }
}

}  // namespace cache::node
