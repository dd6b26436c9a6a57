#include "support/dialect.h"

#include <array>
#include <sstream>
#include <vector>

namespace cache {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kPoliteValue = "ok";

// --- text ---

std::vector<std::string> words_of(std::string_view request) {
  std::istringstream line(std::string(request.substr(0, request.find(kLineEnd))));
  std::vector<std::string> words;
  for (std::string word; line >> word;) words.push_back(word);
  return words;
}

bool is_storage(const std::string& verb) {
  constexpr std::array kVerbs{"set", "add", "replace", "append", "prepend", "cas"};
  for (const char* known : kVerbs) {
    if (verb == known) return true;
  }
  return false;
}

std::size_t text_request_length(std::string_view received) {
  const std::size_t line_end = received.find(kLineEnd);
  if (line_end == std::string_view::npos) return 0;
  std::size_t length = line_end + kLineEnd.size();
  const auto words = words_of(received);
  if (is_storage(words.at(0))) length += std::stoul(words.at(4)) + kLineEnd.size();
  return length <= received.size() ? length : 0;
}

std::string polite_text_reply(std::string_view request) {
  const auto words = words_of(request);
  const std::string& verb = words.at(0);
  if (is_storage(verb)) return "STORED\r\n";
  if (verb == "incr" || verb == "decr") return "1\r\n";
  if (verb == "touch") return "TOUCHED\r\n";
  if (verb == "delete") return "DELETED\r\n";
  if (verb == "stats") return "STAT version 1.6.18\r\nEND\r\n";
  if (verb == "flush_all") return "OK\r\n";
  std::string reply;
  for (std::size_t i = 1; i < words.size(); ++i) {
    reply += "VALUE " + words[i] + " 0 2" + (verb == "gets" ? " 7" : "") + "\r\nok\r\n";
  }
  return reply + "END\r\n";
}

// --- binary ---

constexpr std::size_t kHeader = 24;
constexpr std::string_view kNoFlags("\0\0\0\0", 4);

std::size_t big_endian(std::string_view bytes) {
  std::size_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

std::string big_endian(std::uint64_t number, int size) {
  std::string bytes;
  for (int shift = (size - 1) * 8; shift >= 0; shift -= 8)
    bytes += static_cast<char>(number >> shift);
  return bytes;
}

std::size_t packet_length(std::string_view received) {
  if (received.size() < kHeader) return 0;
  const std::size_t length = kHeader + big_endian(received.substr(8, 4));
  return length <= received.size() ? length : 0;
}

std::string_view key_of(std::string_view packet) {
  const auto extras = static_cast<unsigned char>(packet[4]);
  return packet.substr(kHeader + extras, big_endian(packet.substr(2, 2)));
}

std::size_t binary_request_length(std::string_view received) {
  for (std::size_t length = 0;;) {
    const std::size_t packet = packet_length(received.substr(length));
    if (packet == 0) return 0;
    const char command = received[length + 1];
    length += packet;
    if (command != opcode::kGetKQ) return length;
  }
}

std::string polite_packet_reply(std::string_view packet) {
  BinaryReply reply{.opcode = static_cast<unsigned char>(packet[1])};
  switch (reply.opcode) {
    case opcode::kGetK:
    case opcode::kGetKQ:
      return bytes_of({.opcode = reply.opcode,
                       .extras = kNoFlags,
                       .key = key_of(packet),
                       .value = kPoliteValue});
    case opcode::kIncrement:
    case opcode::kDecrement:
      return bytes_of({.opcode = reply.opcode, .value = big_endian(1, 8)});
    default:
      return bytes_of(reply);
  }
}

std::string polite_binary_reply(std::string_view request) {
  std::string replies;
  while (!request.empty()) {
    const std::string_view packet = request.substr(0, packet_length(request));
    replies += polite_packet_reply(packet);
    request.remove_prefix(packet.size());
  }
  return replies;
}

}  // namespace

std::size_t request_length(Protocol protocol, std::string_view received) {
  return protocol == Protocol::Text ? text_request_length(received)
                                    : binary_request_length(received);
}

bool is_first_question(std::string_view request) {
  return request.find("libmemcached:hello") != std::string_view::npos;
}

std::string polite_reply(Protocol protocol, std::string_view request) {
  return protocol == Protocol::Text ? polite_text_reply(request) : polite_binary_reply(request);
}

std::string bytes_of(const BinaryReply& reply) {
  constexpr std::uint64_t kCas = 7;
  const std::size_t body = reply.extras.size() + reply.key.size() + reply.value.size();
  std::string bytes = "\x81";
  bytes += static_cast<char>(reply.opcode);
  bytes += big_endian(reply.key.size(), 2) + big_endian(reply.extras.size(), 1) + '\0';
  bytes += big_endian(reply.status, 2) + big_endian(body, 4) + big_endian(0, 4);
  bytes += big_endian(kCas, 8);
  return bytes.append(reply.extras).append(reply.key).append(reply.value);
}

}  // namespace cache
