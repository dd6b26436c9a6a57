#include "handles/get_many.h"

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "handles/commands.h"
#include "handles/multi_get.h"

namespace cache {

namespace {

// Who asks for which key.
class Askers {
 public:
  explicit Askers(const std::vector<QueuedOperation>& reads) : reads_(reads), next_(reads.size()) {
    first_.reserve(reads.size());
    for (std::uint32_t i = 0; i < reads.size(); ++i) {
      if (reads[i].batch->is_settled(reads[i].index)) continue;
      const Operation& operation = reads[i].operation();
      wants_cas_ |= operation.command == Command::Gets;
      const auto [entry, is_new] = first_.try_emplace(operation.key, i);
      next_[i] = is_new ? kNobody : std::exchange(entry->second, i);
      if (!is_new) continue;
      keys_.push_back(operation.key.data());
      key_lengths_.push_back(operation.key.size());
    }
  }

  bool wants_cas() const { return wants_cas_; }
  const std::vector<const char*>& keys() const { return keys_; }
  const std::vector<std::size_t>& key_lengths() const { return key_lengths_; }

  // Bytes of the request: "get", a blank and the key each, and the line end; or a header and the
  // key each and one header more.
  std::size_t request_size(Protocol protocol) const {
    const bool text = protocol == Protocol::Text;
    std::size_t size = text ? (wants_cas_ ? 4 : 3) + 2 : 24;
    for (const std::size_t length : key_lengths_) size += (text ? 1 : 24) + length;
    return size;
  }

  // False for a key that nobody waits for: never asked for, or answered before.
  bool settle(const memcached_result_st& result, Answers& answers) {
    const auto entry =
        first_.find({memcached_result_key_value(&result), memcached_result_key_length(&result)});
    if (entry == first_.end()) return false;
    for (std::uint32_t i = entry->second; i != kNobody; i = next_[i]) {
      const bool wants_value = reads_[i].operation().command != Command::Has;
      const std::size_t length = wants_value ? memcached_result_length(&result) : 0;
      answers.settle(reads_[i],
                     {.flags = memcached_result_flags(&result),
                      .number = memcached_result_cas(&result),
                      .value = {length == 0 ? "" : memcached_result_value(&result), length}});
    }
    first_.erase(entry);
    return true;
  }

  void settle_misses(Answers& answers) {
    for (const auto& [key, first] : first_) {
      for (std::uint32_t i = first; i != kNobody; i = next_[i]) {
        answers.settle(reads_[i], {.status = Status::Miss});
      }
    }
  }

 private:
  static constexpr std::uint32_t kNobody = UINT32_MAX;

  const std::vector<QueuedOperation>& reads_;
  std::unordered_map<std::string_view, std::uint32_t> first_;
  std::vector<std::uint32_t> next_;  // the next asker of the same key
  std::vector<const char*> keys_;
  std::vector<std::size_t> key_lengths_;
  bool wants_cas_ = false;
};

}  // namespace

Fault get_many(Connection& connection, const std::vector<QueuedOperation>& reads,
               Answers& answers) {
  Askers askers(reads);
  if (askers.keys().empty()) return {};
  memcached_st* handle = connection.handle();
  memcached_behavior_set(handle, MEMCACHED_BEHAVIOR_SUPPORT_CAS, askers.wants_cas() ? 1 : 0);

  const memcached_return_t sent = memcached_mget(handle, askers.keys().data(),
                                                 askers.key_lengths().data(), askers.keys().size());
  // A reconnect in the middle also says SUCCESS (section 1, row 3); it leaves an error behind.
  if (sent != MEMCACHED_SUCCESS || memcached_last_error(handle) != MEMCACHED_SUCCESS) {
    Fault fault = connection.fault(sent == MEMCACHED_SUCCESS ? memcached_last_error(handle) : sent);
    if (!is_failure(fault.status)) fault.status = Status::Protocol;
    return fault;
  }
  if (stays_in_kernel(askers.request_size(connection.protocol()))) connection.push();

  MultiGetReader reader(connection);
  while (const memcached_result_st* result = reader.next()) {
    if (!askers.settle(*result, answers)) {
      return {Status::Protocol, 0, "a value that nobody asked for"};
    }
  }
  if (!reader.fault()) askers.settle_misses(answers);
  return reader.fault();
}

}  // namespace cache
