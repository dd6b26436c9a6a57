// Any bytes as a packed batch: refused, or operations that lie inside it.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "engine/batch.h"
#include "fuzz/require.h"

namespace cache {
namespace {

class NoSink final : public OutcomeSink {
 public:
  void deliver(OutcomeBuffer&& /*outcomes*/) noexcept override {}
};

const Router& ring_of_three() {
  static const Router kRouter({{.host = "10.0.0.1"}, {.host = "10.0.0.2"}, {.host = "10.0.0.3"}},
                              {.hash = "md5", .distribution = "modula", .ketama = Ketama::Off});
  return kRouter;
}

std::size_t header_size(const Operation& operation) {
  return (is_read(operation.command) ? 4 : 11) * sizeof(std::uint32_t);
}

// Checks operations against the bytes the batch was made of. The batch owns a copy, whose beginning
// the first operation tells.
class Checker {
 public:
  Checker(std::string_view bytes, const Batch& batch)
      : bytes_(bytes),
        copy_(batch.operation(0).key.data() - header_size(batch.operation(0))),
        batch_(batch) {}

  void check() {
    for (std::size_t i = 0; i < batch_.size(); ++i) check(batch_.operation(i));
    require(bytes_.size() - end_ < sizeof(std::uint32_t), "nothing is left over");
  }

 private:
  void check(const Operation& operation) {
    end_ += header_size(operation);
    check(operation.key);
    check(operation.value);
    require(static_cast<int>(operation.command) < kCommandCount, "a command is known");
    require(operation.server < ring_of_three().servers().size(), "a server is on the ring");
    require(operation.deadline >= batch_.submitted(), "a deadline is not over before it begins");
    require(is_server_wide(operation.command) || !operation.key.empty(), "a key is not empty");
  }

  // `view` follows on what was before it and says what the input says there.
  void check(std::string_view view) {
    require(view.data() >= copy_ + end_, "operations do not overlap");
    const auto offset = static_cast<std::size_t>(view.data() - copy_);
    require(offset <= bytes_.size() && view.size() <= bytes_.size() - offset,
            "an operation lies inside its batch");
    require(view == bytes_.substr(offset, view.size()), "an operation says what was packed");
    end_ = offset + view.size();
  }

  std::string_view bytes_;
  const char* copy_;
  const Batch& batch_;
  std::size_t end_ = 0;
};

void check_batch(std::string_view bytes) {
  try {
    const Batch batch(bytes.data(), bytes.size(), 1, ring_of_three(), Clock::now(),
                      std::make_shared<NoSink>());
    require(batch.size() > 0 || bytes.empty(), "bytes are operations");
    if (batch.size() > 0) Checker(bytes, batch).check();
  } catch (const MalformedBatch&) {
    return;  // what it is there for
  }
}

}  // namespace
}  // namespace cache

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cache::check_batch({reinterpret_cast<const char*>(data), size});
  return 0;
}
