#include "engine/outcome_buffer.h"

#include <array>

namespace cache {

namespace {
constexpr std::size_t kWordSize = sizeof(std::uint32_t);
constexpr std::size_t kHeaderWords = 7;
}  // namespace

void OutcomeBuffer::append(const Outcome& outcome) {
  const bool failed = is_failure(outcome.status);
  const std::array<std::uint32_t, kHeaderWords> header = {
      outcome.id,
      static_cast<std::uint32_t>(outcome.status) | (outcome.maybe_applied ? 0x100U : 0U),
      failed ? static_cast<std::uint32_t>(outcome.error_number) : outcome.flags,
      outcome.server,
      static_cast<std::uint32_t>(outcome.number),
      static_cast<std::uint32_t>(outcome.number >> 32U),
      static_cast<std::uint32_t>(outcome.value.size()),
  };
  bytes_.append(reinterpret_cast<const char*>(header.data()), kHeaderWords * kWordSize);
  bytes_.append(outcome.value);
  bytes_.append((kWordSize - outcome.value.size() % kWordSize) % kWordSize, '\0');
  if (is_answer(outcome.status)) ++answers_;
}

}  // namespace cache
