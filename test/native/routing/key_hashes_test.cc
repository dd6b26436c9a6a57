// What other clients turn keys into. The numbers are from the clients, or of the algorithms'
// authors.
#include "routing/placement/key_hashes.h"

#include <string>
#include <vector>

#include "routing/placement/crc32.h"
#include "routing/placement/murmur3.h"
#include "routing/placement/sha1.h"
#include "routing/placement/text.h"
#include "routing/support.h"

namespace cache {
namespace {

std::vector<char32_t> characters_of(std::string_view text) {
  std::vector<char32_t> characters;
  while (!text.empty()) characters.push_back(take_character(text));
  return characters;
}

std::vector<std::uint16_t> units_of(std::string_view text) {
  std::vector<std::uint16_t> units;
  each_utf16_unit(text, [&](std::uint16_t unit) { units.push_back(unit); });
  return units;
}

}  // namespace

TEST_CASE("CRC-32") {
  CHECK(crc32("") == 0);
  CHECK(crc32("123456789") == 0xCBF43926);
  CHECK(crc32("6789", crc32("12345")) == 0xCBF43926);
}

TEST_CASE("the 15 bits of CRC-32 are libhashkit's, and python-memcached has no 0") {
  for (const std::string& key : keys_of(200)) CHECK(perl_hash(key) == hash_of("crc", key));
  const std::string key = "key-35014";
  CHECK(perl_hash(key) == 0);
  CHECK(python_memcached_hash(key) == 1);
}

TEST_CASE("SHA-1 of texts of every length around a block") {
  CHECK(sha1_start("") == 0xDA39A3EE);
  CHECK(sha1_start("abc") == 0xA9993E36);
  CHECK(sha1_start(std::string(54, 'x')) == 0x31045E7B);
  CHECK(sha1_start(std::string(55, 'x')) == 0xCEF734BA);
  CHECK(sha1_start(std::string(56, 'x')) == 0x90130536);
  CHECK(sha1_start(std::string(63, 'x')) == 0x0DDC4E0C);
  CHECK(sha1_start(std::string(64, 'x')) == 0xBB2FA3EE);
  CHECK(sha1_start(std::string(65, 'x')) == 0x78C741DD);
  CHECK(sha1_start(std::string(200, 'x')) == 0x94218CAA);
}

TEST_CASE("Murmur3 with whole words and without") {
  const auto murmur3 = [](std::string_view text) {
    Murmur3 hash;
    for (const char byte : text) hash.add(static_cast<std::uint8_t>(byte));
    return hash.value();
  };
  CHECK(murmur3("") == 0);
  CHECK(murmur3("test") == 0xBA6BD213);
  CHECK(murmur3("Hello, world!") == 0xC0363E43);
}

TEST_CASE("characters of UTF-8, and the bytes that are none by their value") {
  CHECK(characters_of("a\u00EB\u65E5\U0001F600") ==
        std::vector<char32_t>{'a', 0xEB, 0x65E5, 0x1F600});
  CHECK(characters_of("\xFF\x80z") == std::vector<char32_t>{0xFF, 0x80, 'z'});
  CHECK(characters_of("\xC0\xAF") == std::vector<char32_t>{0xC0, 0xAF});            // too long
  CHECK(characters_of("\xED\xA0\x80") == std::vector<char32_t>{0xED, 0xA0, 0x80});  // surrogate
  CHECK(characters_of("\xF4\x90\x80\x80").size() == 4);                             // too large
  CHECK(characters_of("\xE6\x97") == std::vector<char32_t>{0xE6, 0x97});            // cut
}

TEST_CASE("UTF-16 has two units for what is beyond 16 bits") {
  CHECK(units_of("a\U0001F600") == std::vector<std::uint16_t>{'a', 0xD83D, 0xDE00});
}

TEST_CASE("Java's hash code, unsigned, and its absolute value") {
  CHECK(java_hash("hello") == 99162322);
  CHECK(java_hash("polygenelubricants") == 0x80000000);  // the one number without its negative
  CHECK(memjs_hash("polygenelubricants") == 0x80000000);
  CHECK(java_hash("user:7") == 3458935880);
  CHECK(memjs_hash("user:7") == 836031416);
  CHECK(java_hash("Zo\u00EB") == 90166);
  CHECK(memjs_hash("Zo\u00EB") == 90166);
  CHECK(java_hash("\u65E5\u672C\u8A9E") == 25921943);
  CHECK(memjs_hash("\u65E5\u672C\u8A9E") == 25921943);
  CHECK(java_hash("\U0001F600:1") == 1703757786);
  CHECK(memjs_hash("\U0001F600:1") == 1703757786);
}

TEST_CASE("npm memcache multiplies in doubles") {
  CHECK(npm_memcache_hash("user:7") == 3776937620);
  CHECK(npm_memcache_hash("Zo\u00EB") == 2450234504);
  CHECK(npm_memcache_hash("\u65E5\u672C\u8A9E") == 1409693520);
  CHECK(npm_memcache_hash("\U0001F600:1") == 3574822324);
}

TEST_CASE("pymemcache hashes the low byte of each character") {
  CHECK(pymemcache_hash("user:7") == 3716204404);
  CHECK(pymemcache_hash("Zo\u00EB") == 2430040923);
  CHECK(pymemcache_hash("\u65E5\u672C\u8A9E") == 450827494);
  CHECK(pymemcache_hash("\U0001F600:1") == 2036583699);
}

}  // namespace cache
