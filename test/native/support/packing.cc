#include "support/packing.h"

#include <array>
#include <cstring>

namespace cache {

namespace {

constexpr std::size_t kWordSize = 4;

void append_word(std::string& bytes, std::uint64_t word) {
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(word >> shift);
}

void pad(std::string& bytes) {
  while (bytes.size() % kWordSize != 0) bytes += '\0';
}

void append(std::string& bytes, std::uint32_t id, const Request& request) {
  append_word(bytes, id);
  append_word(bytes, static_cast<std::uint32_t>(request.command) | request.key.size() << 8U |
                         request.group_key.size() << 16U | request.namespace_length << 24U);
  append_word(bytes, static_cast<std::uint32_t>(request.timeout.count()));
  append_word(bytes, request.value.size());
  if (!is_read(request.command)) {
    append_word(bytes, is_server_wide(request.command) ? request.server : request.flags);
    append_word(bytes, request.exptime);
    append_word(bytes, request.number);
    append_word(bytes, request.number >> 32U);
    append_word(bytes, request.initial.value_or(0));
    append_word(bytes, request.initial.value_or(0) >> 32U);
    append_word(bytes, request.initial ? 1 : 0);
  }
  bytes += request.key + request.group_key + request.value;
  pad(bytes);
}

}  // namespace

std::string packed(const std::vector<Request>& requests) {
  std::string bytes;
  for (std::uint32_t id = 0; id < requests.size(); ++id) append(bytes, id, requests[id]);
  return bytes;
}

std::vector<Answered> unpacked(std::string_view outcomes) {
  std::vector<Answered> all;
  for (std::size_t offset = 0; offset < outcomes.size();) {
    std::array<std::uint32_t, 7> words{};
    std::memcpy(words.data(), outcomes.data() + offset, sizeof words);
    offset += sizeof words;
    Answered& answered = all.emplace_back();
    answered.id = words[0];
    answered.status = static_cast<Status>(words[1] & 0xffU);
    answered.maybe_applied = (words[1] & 0x100U) != 0;
    if (is_failure(answered.status)) {
      answered.error_number = static_cast<int>(words[2]);
    } else {
      answered.flags = words[2];
    }
    answered.server = words[3];
    answered.number = words[4] | static_cast<std::uint64_t>(words[5]) << 32U;
    answered.value = std::string(outcomes.substr(offset, words[6]));
    offset += (words[6] + kWordSize - 1) / kWordSize * kWordSize;
  }
  return all;
}

}  // namespace cache
