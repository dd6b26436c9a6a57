#include "engine/batch.h"

#include <cstring>
#include <utility>

namespace cache {

namespace {

constexpr std::size_t kReadHeaderWords = 4;
constexpr std::size_t kFullHeaderWords = 11;

// Walks the packed records; every access is checked against the end of the buffer.
class RecordReader {
 public:
  RecordReader(const char* bytes, std::size_t size) : bytes_(bytes), size_(size) {}

  bool done() const { return offset_ == size_; }

  void open(std::size_t words) {
    require(words * kWordSize);
    std::memcpy(words_, bytes_ + offset_, words * kWordSize);
  }
  std::uint32_t word(std::size_t index) const { return words_[index]; }
  std::uint64_t wide(std::size_t index) const {
    return words_[index] | static_cast<std::uint64_t>(words_[index + 1]) << 32U;
  }
  void skip_header(std::size_t words) { offset_ += words * kWordSize; }

  std::string_view take(std::size_t length) {
    require(length);
    const std::string_view view(bytes_ + offset_, length);
    offset_ += length;
    return view;
  }
  void align() {
    const std::size_t padding = (kWordSize - offset_ % kWordSize) % kWordSize;
    require(padding);
    offset_ += padding;
  }

 private:
  void require(std::size_t length) const {
    if (length > size_ - offset_) throw MalformedBatch("a batch ends inside an operation");
  }

  const char* bytes_;
  std::size_t size_;
  std::size_t offset_ = 0;
  std::uint32_t words_[kFullHeaderWords] = {};
};

Operation read_operation(RecordReader& reader, const Router& router, Deadline now) {
  reader.open(kReadHeaderWords);
  const std::uint32_t packed = reader.word(1);
  if ((packed & 0xffU) >= kCommandCount) throw MalformedBatch("a batch holds an unknown command");

  Operation operation;
  operation.id = reader.word(0);
  operation.command = static_cast<Command>(packed & 0xffU);
  operation.deadline = now + std::chrono::milliseconds(reader.word(2));
  const std::size_t key_length = packed >> 8U & 0xffU;
  const std::size_t group_key_length = packed >> 16U & 0xffU;
  const std::size_t namespace_length = packed >> 24U;
  const std::size_t value_length = reader.word(3);

  if (is_read(operation.command)) {
    reader.skip_header(kReadHeaderWords);
  } else {
    reader.open(kFullHeaderWords);
    operation.flags = reader.word(4);
    operation.exptime = reader.word(5);
    operation.number = reader.wide(6);
    operation.initial = reader.wide(8);
    operation.has_initial = reader.word(10) != 0;
    reader.skip_header(kFullHeaderWords);
  }
  operation.key = reader.take(key_length);
  const std::string_view group_key = reader.take(group_key_length);
  operation.value = reader.take(value_length);
  reader.align();

  if (is_server_wide(operation.command)) {
    operation.server = operation.flags;
    if (operation.server >= router.servers().size()) {
      throw MalformedBatch("a batch names a server that is not there");
    }
  } else {
    if (namespace_length >= key_length) throw MalformedBatch("a batch holds an empty key");
    operation.server =
        router.server_of(group_key.empty() ? operation.key.substr(namespace_length) : group_key);
  }
  return operation;
}

}  // namespace

Batch::Batch(const char* bytes, std::size_t size, std::size_t count, const Router& router,
             Deadline now, std::shared_ptr<OutcomeSink> sink, const std::shared_ptr<BytePool>& pool)
    : bytes_(BytePool::take(pool, size)), sink_(std::move(sink)), submitted_(now) {
  std::memcpy(bytes_.get(), bytes, size);
  operations_.reserve(count);
  for (RecordReader reader(bytes_.get(), size); !reader.done();) {
    operations_.push_back(read_operation(reader, router, now));
  }
  states_ = std::make_unique<std::atomic<State>[]>(operations_.size());
}

bool Batch::claim(std::size_t index) {
  State expected = State::Queued;
  return states_[index].compare_exchange_strong(expected, State::InFlight,
                                                std::memory_order_acq_rel);
}

bool Batch::settle(std::size_t index) {
  return states_[index].exchange(State::Settled, std::memory_order_acq_rel) != State::Settled;
}

bool Batch::settle_unsent(std::size_t index) {
  State expected = State::Queued;
  return states_[index].compare_exchange_strong(expected, State::Settled,
                                                std::memory_order_acq_rel);
}

bool Batch::is_settled(std::size_t index) const {
  return states_[index].load(std::memory_order_acquire) == State::Settled;
}

}  // namespace cache
