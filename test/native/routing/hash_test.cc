#include <doctest/doctest.h>

#include <array>
#include <string>

#include "routing/support.h"

namespace cache {

TEST_CASE("hash values are those of libmemcached's own tests") {
  struct Row {
    const char* hash;
    std::uint32_t of_apple;
  };
  constexpr std::array kRows{
      Row{"default", 2297466611}, Row{"md5", 3195025439},      Row{"crc", 10542},
      Row{"fnv1_64", 473199127},  Row{"fnv1a_64", 1488911807}, Row{"fnv1_32", 67176023},
      Row{"fnv1a_32", 280767167}, Row{"murmur", 4142305122},   Row{"jenkins", 1442444624},
      Row{"murmur3", 1120212521},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.hash);
    CHECK(hash_of(row.hash, "apple") == row.of_apple);
  }
}

TEST_CASE("crc is 15 bits of the checksum, as in the perl clients") {
  for (const std::string& key : keys_of(500)) CHECK(hash_of("crc", key) <= 0x7fff);
}

TEST_CASE("a hash the installed library lacks is refused by name") {
  REQUIRE_FALSE(libhashkit_has_algorithm(HASHKIT_HASH_HSIEH));
  const std::string message = "hash 'hsieh' is not in the installed libmemcached";
  CHECK(error_of<UnsupportedError>([] { hash_of("hsieh", "key"); }) == message);
  CHECK(error_of<UnsupportedError>([] { Router(servers_of(2), {.hash = "hsieh"}); }) == message);
}

TEST_CASE("an unknown hash or distribution is refused with the names there are") {
  CHECK(
      ring_error_of([] { hash_of("sha1", "key"); }) ==
      "hash must be one of default md5 crc fnv1_64 fnv1a_64 fnv1_32 fnv1a_32 hsieh murmur murmur3 "
      "jenkins, got 'sha1'");
  CHECK(ring_error_of([] { Router(servers_of(2), {.distribution = "random"}); }) ==
        "distribution must be one of modula consistent consistent-ketama consistent-ketama-spy "
        "consistent-weighted virtual-bucket, got 'random'");
}

}  // namespace cache
