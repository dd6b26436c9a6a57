// Where the other clients themselves put keys: the versions of interop/README.md, run once.
#include <array>
#include <string>

#include "routing/placement/crc32.h"
#include "routing/placement_support.h"

namespace cache {
namespace {

// Among them the counts at which libketama, hashring and spymemcached round points apart.
constexpr std::array<std::size_t, 11> kCounts = {1, 2, 3, 5, 7, 14, 25, 28, 47, 56, 101};

struct Recorded {
  const char* placement;
  bool weighted;
  // CRC-32 of "3,0,1," and so on, the places of keys_of(500), for each of kCounts.
  std::array<std::uint32_t, kCounts.size()> prints;
};

constexpr Recorded kRecorded[] = {
    {"cache-memcached",
     false,
     {0xB8C8AE3B, 0x26775FEF, 0x55590483, 0x042B95E5, 0x536BB667, 0xAFA6CB1F, 0x33FA5A71,
      0x9903A450, 0xAB29B90A, 0x4F3BD415, 0xA6E76D7E}},
    {"cache-memcached",
     true,
     {0xB8C8AE3B, 0xF685B5FB, 0xBEACC55D, 0x502C6290, 0x0BC418B6, 0x40674494, 0x745BBFA6,
      0xBB51610B, 0x3FF176F6, 0x18993817, 0x48CE0DDC}},
    {"dalli",
     false,
     {0xB8C8AE3B, 0x1CE28F23, 0x93312578, 0x0F014A47, 0x00E254D6, 0x714DD58A, 0x7EF4F99D,
      0x06B66C7A, 0x2466B72A, 0xC6FA0E75, 0xA2ED4C99}},
    {"dalli",
     true,
     {0xB8C8AE3B, 0x49E266C4, 0x394FC08E, 0xB654974D, 0x7E4DF87E, 0x90DB9CE0, 0xC201F821,
      0x7B0EFBFF, 0x3BDB4C97, 0x006E70B2, 0x91EE8F95}},
    {"memcache",
     false,
     {0xB8C8AE3B, 0x85FC7BF3, 0x600D3FA1, 0x286550BD, 0x8D8FD793, 0x41AF5CD2, 0x47D76324,
      0xBC3169A7, 0x5848C50E, 0xF121023A, 0xB3D6C06C}},
    {"memcache",
     true,
     {0xB8C8AE3B, 0x0C5B7F42, 0xCAC5ACD1, 0x17A9A003, 0xC216D3DF, 0x0AB8105A, 0x8EF02BCC,
      0x9CC0FBFB, 0x021F924C, 0x7E0B8442, 0x9AB88344}},
    {"memcache-modula",
     false,
     {0xB8C8AE3B, 0x815AF1C5, 0x657C88CF, 0x8731E6BC, 0x44F80756, 0x460716F1, 0xA29538C6,
      0x28A6678A, 0x6DC51484, 0x858D554E, 0x18084304}},
    {"memcache-modula",
     true,
     {0xB8C8AE3B, 0xE9B555CD, 0x600D25C9, 0x12E7D1D7, 0x5698F4FD, 0x64ADC058, 0xFA7753DE,
      0x2145ACB9, 0xE02EEBC7, 0x27C4DEF0, 0x52D6A4C4}},
    {"memcached",
     false,
     {0xB8C8AE3B, 0xCFAE5AA2, 0x0C5A0A47, 0x90F123FD, 0x4DF3544B, 0xA345257E, 0x10DFB627,
      0xBC984E3F, 0x936F008D, 0x608F1020, 0xC98B0DB0}},
    {"memcached",
     true,
     {0xB8C8AE3B, 0xD6D2E7C7, 0xC82304BF, 0xAA51B8FB, 0xF8B37B67, 0x1761D9E3, 0x1A39A16F,
      0xA88C5D5C, 0xB5DF25F9, 0x91824DBC, 0x558703CA}},
    {"memjs",
     false,
     {0xB8C8AE3B, 0x676D5F7E, 0xDC896D31, 0xD60525D7, 0x9561C8A5, 0xFBD3C04D, 0xC0870EBF,
      0x8AA97976, 0xC468408F, 0xE73CBA35, 0x9298638D}},
    {"pymemcache",
     false,
     {0xB8C8AE3B, 0x10CD0177, 0xBB60B71C, 0xA24015F4, 0xCE4DB3F9, 0x98C1513A, 0x6E2085DD,
      0xE14F964F, 0x94C39CC2, 0x4C70C6D4, 0x5AA220BA}},
    {"python-memcached",
     false,
     {0xB8C8AE3B, 0x26775FEF, 0x55590483, 0x042B95E5, 0x536BB667, 0xAFA6CB1F, 0x33FA5A71,
      0x9903A450, 0xAB29B90A, 0x4F3BD415, 0xA6E76D7E}},
    {"python-memcached",
     true,
     {0xB8C8AE3B, 0xF685B5FB, 0xBEACC55D, 0x502C6290, 0x0BC418B6, 0x40674494, 0x745BBFA6,
      0xBB51610B, 0x3FF176F6, 0x18993817, 0x48CE0DDC}},
    {"spymemcached",
     false,
     {0xB8C8AE3B, 0x676D5F7E, 0xFC0461F4, 0x8D39666D, 0x4FA09E7E, 0x09595CFF, 0xDE60174F,
      0x9E396786, 0x912DBC90, 0x095792B1, 0x7682E379}},
    {"spymemcached-ketama",
     false,
     {0xB8C8AE3B, 0x7E261BC7, 0xF0D08CF7, 0x4C9EE15A, 0x9B43BEA8, 0xF66357AF, 0xFCA29AB2,
      0x2A34B9AE, 0x6C1BC86E, 0x69A8659B, 0x249DEAB2}},
    {"spymemcached-ketama",
     true,
     {0xB8C8AE3B, 0x0F5E0C82, 0xBB8205F0, 0xA8267C76, 0x41BED47F, 0xCC5260C9, 0xAA2E9788,
      0xEC45DB32, 0xDC5A54C8, 0xFF451B13, 0x706ED2F0}},
    {"spymemcached-ketama-libmemcached",
     false,
     {0xB8C8AE3B, 0xCFAE5AA2, 0x0C5A0A47, 0x90F123FD, 0xB5A6C8BC, 0xE56D18C7, 0x10DFB627,
      0xAC261795, 0x936F008D, 0x81EE087A, 0xC98B0DB0}},
    {"spymemcached-ketama-libmemcached",
     true,
     {0xB8C8AE3B, 0xD6D2E7C7, 0xC82304BF, 0xAA51B8FB, 0xF8B37B67, 0x1761D9E3, 0x5FC6FD9C,
      0xA88C5D5C, 0xB5DF25F9, 0x91824DBC, 0x558703CA}},
    {"ketama-points",
     false,
     {0xB8C8AE3B, 0xBADDCC7D, 0x03C59504, 0x1BC48FC7, 0x5EB2016C, 0x3CEE6035, 0x1B55FF83,
      0xE4174EB1, 0x94DD3259, 0x66F96BBF, 0x8D5473E5}},
    {"ketama-points",
     true,
     {0xB8C8AE3B, 0x597456E1, 0xC223806B, 0xE2C87370, 0xC19B8AA8, 0xF13AC5FE, 0xDA921DB5,
      0xBE31C565, 0x2E1E6B47, 0xF680A684, 0x4FC64C9C}},
};

std::uint32_t print_of(const std::vector<std::uint32_t>& places) {
  std::string text;
  for (const std::uint32_t place : places) text.append(std::to_string(place)).append(",");
  return crc32(text);
}

}  // namespace

TEST_CASE("500 keys lie where the client itself puts them, on 1 to 101 servers") {
  for (const Recorded& recorded : kRecorded) {
    for (std::size_t i = 0; i < kCounts.size(); ++i) {
      CAPTURE(recorded.placement);
      CAPTURE(recorded.weighted);
      CAPTURE(kCounts[i]);
      const auto servers =
          recorded.weighted ? weighted_servers_of(kCounts[i]) : servers_of(kCounts[i]);
      CHECK(print_of(places_on(servers, placed_by(recorded.placement))) == recorded.prints[i]);
    }
  }
}

TEST_CASE("keys beyond ASCII, and names of hosts, as the client itself reads them") {
  const std::vector<Server> weighted = {tcp("10.0.0.1"), tcp("cache.example.org", 11212, 3),
                                        tcp("10.0.0.3", 11211, 2)};
  std::vector<Server> even = weighted;
  for (Server& server : even) server.weight = 1;
  const std::vector<std::string> keys = {"user:7",       "session:7919",      "a",
                                         "visits",       "Zo\u00EB",          "\u65E5\u672C\u8A9E",
                                         "\U0001F600:1", std::string(60, 'x')};
  const auto places = [&](const char* placement, const std::vector<Server>& servers) {
    const Router router(servers, placed_by(placement));
    std::vector<std::uint32_t> found;
    for (const std::string& key : keys) found.push_back(router.server_of(key));
    return found;
  };
  using Places = std::vector<std::uint32_t>;
  CHECK(places("dalli", even) == Places{0, 2, 0, 2, 0, 1, 2, 0});
  CHECK(places("pymemcache", even) == Places{0, 2, 2, 2, 0, 0, 2, 2});
  CHECK(places("python-memcached", even) == Places{0, 0, 2, 2, 2, 0, 1, 0});
  CHECK(places("python-memcached", weighted) == Places{0, 1, 2, 1, 1, 1, 2, 0});
  CHECK(places("cache-memcached", weighted) == Places{0, 1, 2, 1, 1, 1, 2, 0});
  CHECK(places("memcached", even) == Places{0, 1, 1, 0, 2, 0, 0, 1});
  CHECK(places("memcached", weighted) == Places{0, 1, 1, 1, 2, 0, 1, 1});
  CHECK(places("memjs", even) == Places{2, 0, 1, 2, 1, 2, 0, 0});
  CHECK(places("memcache", even) == Places{2, 0, 2, 2, 0, 1, 2, 0});
  CHECK(places("memcache", weighted) == Places{2, 0, 2, 2, 1, 1, 2, 1});
  CHECK(places("memcache-modula", even) == Places{2, 1, 1, 1, 2, 0, 1, 0});
  CHECK(places("memcache-modula", weighted) == Places{1, 1, 2, 2, 1, 0, 2, 0});
  CHECK(places("spymemcached", even) == Places{2, 1, 1, 2, 1, 2, 0, 1});
  CHECK(places("spymemcached-ketama-libmemcached", weighted) == Places{0, 1, 1, 1, 2, 0, 1, 1});
  CHECK(places("ketama-points", even) == Places{1, 1, 0, 1, 0, 1, 2, 0});
  CHECK(places("ketama-points", weighted) == Places{1, 1, 1, 1, 0, 1, 1, 1});
}

}  // namespace cache
