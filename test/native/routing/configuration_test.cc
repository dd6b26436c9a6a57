#include "routing/configuration.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "routing/support.h"

namespace cache {
namespace {

Ring configured(const std::string& configuration) { return {.configuration = configuration}; }

const std::string kWeighted =
    "--SERVER=10.31.7.1:11211/?1 --SERVER=10.31.7.2:11212/?3 --SERVER=10.31.7.3/?2";
const std::vector<Server> kServers{tcp("10.31.7.1", 11211, 1), tcp("10.31.7.2", 11212, 3),
                                   tcp("10.31.7.3", 11211, 2)};
const std::vector<Server> kWithoutWeights{tcp("10.31.7.1"), tcp("10.31.7.2", 11212),
                                          tcp("10.31.7.3")};

std::string refusal_of(const std::string& configuration) {
  return ring_error_of([&] { parse_configuration(configuration); });
}

}  // namespace

TEST_CASE("a configuration names servers with ports and weights, and sockets") {
  const auto parsed = parse_configuration(kWeighted + " --SOCKET=\"/run/mc.sock\"/?5");
  std::vector<Server> expected = kServers;
  expected.push_back({.host = "/run/mc.sock", .port = 0, .weight = 5, .unix_socket = true});
  CHECK(parsed.servers == expected);
}

TEST_CASE("a weight of 0 is 1, and a path may end like a weight") {
  const auto parsed = parse_configuration("--SERVER=cache.example.com/?0 --SOCKET=\"/run/a/?7\"");
  CHECK(parsed.servers[0].weight == 1);
  CHECK(parsed.servers[1].host == "/run/a/?7");
  CHECK(parsed.servers[1].weight == 1);
}

TEST_CASE("what a configuration does not name is left open") {
  const auto parsed = parse_configuration("--SERVER=localhost");
  CHECK(parsed.namespace_.empty());
  CHECK_FALSE(parsed.hash_with_namespace);
  CHECK_FALSE(parsed.binary);
  CHECK_FALSE(parsed.connect_timeout_ms.has_value());
  CHECK_FALSE(parsed.poll_timeout_ms.has_value());
  CHECK_FALSE(parsed.pool_max.has_value());
}

TEST_CASE("what a configuration names is told, in capitals or not") {
  const auto parsed = parse_configuration(
      "--server=localhost --Namespace=\"app:\" --hash-with-namespace --binary-protocol "
      "--connect-timeout=250 --POLL-TIMEOUT=500 --POOL-MIN=2 --POOL-MAX=8 --TCP-NODELAY");
  CHECK(parsed.namespace_ == "app:");
  CHECK(parsed.hash_with_namespace);
  CHECK(parsed.binary);
  CHECK(parsed.connect_timeout_ms == 250U);
  CHECK(parsed.poll_timeout_ms == 500U);
  CHECK(parsed.pool_max == 8U);
}

TEST_CASE("a configuration ends at END and may begin with a comment") {
  const auto parsed =
      parse_configuration("# of the web tier, \"unquoted\n --SERVER=localhost\n END --NOREPLY");
  CHECK(parsed.servers == std::vector<Server>{tcp("localhost")});
}

TEST_CASE("options are applied from left to right: only a distribution first keeps the weights") {
  const Ring consistent{.hash = "md5", .distribution = "consistent", .ketama = Ketama::Off};
  CHECK(places_on({}, configured("--HASH=MD5 --DISTRIBUTION=consistent " + kWeighted)) ==
        places_on(kServers, consistent));
  CHECK(places_on({}, configured(kWeighted + " --HASH=MD5 --DISTRIBUTION=consistent")) ==
        places_on(kWithoutWeights, consistent));
  CHECK(places_on(kServers, consistent) != places_on(kWithoutWeights, consistent));
}

TEST_CASE("the servers of a configured router are those of the string, none of the list") {
  const Router router(servers_of(3), configured(kWeighted));
  CHECK(router.servers() == kServers);
}

TEST_CASE("sorted hosts of a configuration show in the router's servers, weights with them") {
  const Router router({}, configured("--SORT-HOSTS --SERVER=ccc/?3 --SERVER=aaa:2/?2 "
                                     "--SERVER=bbb --SERVER=aaa:1/?4"));
  CHECK(router.servers() ==
        std::vector<Server>{tcp("aaa", 1, 4), tcp("aaa", 2, 2), tcp("bbb"), tcp("ccc", 11211, 3)});
}

TEST_CASE("the namespace of a configuration is not hashed in front of the bytes given") {
  const std::string servers = "--HASH=MD5 --SERVER=aaa --SERVER=bbb --SERVER=ccc";
  const Router router({}, configured(servers + " --NAMESPACE=\"app:\" --HASH-WITH-NAMESPACE"));
  for (const std::string& key : keys_of(100)) {
    CHECK(router.server_of(key) == hash_of("md5", key) % 3);
    CHECK(router.server_of("app:" + key) == hash_of("md5", "app:" + key) % 3);
  }
}

TEST_CASE("an empty configuration is refused, whatever the environment holds") {
  setenv("LIBMEMCACHED", "--SERVER=other.example.com", 1);
  CHECK(refusal_of("") == "servers must hold at least one server, got none");
  CHECK(refusal_of("--HASH=MD5") == "servers must hold at least one server, got none");
  unsetenv("LIBMEMCACHED");
}

TEST_CASE(
    "more than a hundred servers on a consistent ring are refused before libmemcached aborts") {
  std::string hundred;
  for (int i = 0; i < 100; ++i) hundred += "--SERVER=10.0.0." + std::to_string(i) + " ";
  const std::string one_more = "--SERVER=10.0.1.0";
  const std::string message = "servers must be at most 100 on a consistent ring, got 101";
  CHECK(refusal_of("--DISTRIBUTION=consistent " + hundred + one_more) == message);
  CHECK(refusal_of(hundred + one_more + " --DISTRIBUTION=consistent") == message);
  CHECK(Router({}, configured(hundred + "--DISTRIBUTION=consistent")).servers().size() == 100);
  CHECK(Router({}, configured(hundred + one_more)).servers().size() == 101);
}

TEST_CASE("options that read files, print, or break a rule of this client are refused by name") {
  const std::array refused{
      "--CONFIGURE-FILE=\"/etc/hostname\"",
      "--configure-file=\"/etc/hostname\"",
      "INCLUDE \"/etc/hostname\"",
      "include \"/etc/hostname\"",
      "RESET",
      "DEBUG",
      "--BUFFER-REQUESTS",
      "--NOREPLY",
      "--USE-UDP",
      "--REMOVE-FAILED-SERVERS=1",
      "--AUTO-EJECT-HOSTS",
      "--NUMBER-OF-REPLICAS=1",
      "--RANDOMIZE-REPLICA-READ",
      "--DISTRIBUTION=random",
      "--DISTRIBUTION=RANDOM,md5",
  };
  for (const std::string option : refused) {
    CAPTURE(option);
    CHECK(contains(refusal_of("--SERVER=localhost " + option), "configuration must not hold "));
    CHECK(contains(refusal_of(option + " --SERVER=localhost"), "configuration must not hold "));
  }
  CHECK(refusal_of("--SERVER=localhost --noreply") ==
        "configuration must not hold --NOREPLY: a write must be answered before it is reported");
}

TEST_CASE("what is no option of libmemcached is refused") {
  const std::array refused{"--LOAD-FROM-FILE=x",
                           "--FOO",
                           "CSL_ERROR",
                           "SERVERS",
                           "localhost",
                           "--",
                           "=",
                           "--SERVER",
                           "--SERVER-FAILURE-LIMIT=3"};
  for (const std::string word : refused) {
    CAPTURE(word);
    CHECK_FALSE(refusal_of("--SERVER=localhost " + word).empty());
  }
  CHECK(refusal_of("--SERVER=localhost --FOO=1") ==
        "configuration must hold options of libmemcached, got option --FOO=1");
}

TEST_CASE("hosts, ports, weights and numbers that libmemcached would cut or wrap are refused") {
  const std::array refused{
      "--SERVER=a:11211",
      "--SERVER=",
      "--SERVER=[::1]:11211",
      "--SERVER=host:0",
      "--SERVER=host:65536",
      "--SERVER=host:99999",
      "--SERVER=host:11211x",
      "--SERVER=host/?100000",
      "--SERVER=host/?",
      "--SERVER=host\"INCLUDE",
      "--SOCKET=/run/mc.sock",
      "--SOCKET=\"\"",
      "--SOCKET=\"/run/mc.sock\"x",
      "--SOCKET=\"/run/mc.sock",
      "--SOCKET=\"/run/m\\\"c.sock\"",
      "--NAMESPACE=a:",
      "--NAMESPACE=\"a:\"b",
      "--POLL-TIMEOUT=0",
      "--POLL-TIMEOUT=-1",
      "--CONNECT-TIMEOUT=2147483648",
      "--CONNECT-TIMEOUT=99999999999999999999",
      "--POOL-MAX=1.5",
      "--TCP-NODELAY=1",
      "--BINARY-PROTOCOL=1",
  };
  for (const std::string option : refused) {
    CAPTURE(option);
    CHECK(contains(refusal_of("--SERVER=localhost " + option), "configuration"));
  }
  CHECK_FALSE(refusal_of("--SERVER=" + std::string(2000, 'h')).empty());
  const std::string bytes =
      "configuration must hold no backslash and no control character, got byte ";
  CHECK(refusal_of("--SOCKET=\"/run/a\\b.sock\"") == bytes + "92 at 16");
  CHECK(refusal_of(std::string("--SERVER=host\0name", 18)) == bytes + "0 at 13");
  CHECK(refusal_of("--SERVER=localhost --POLL-TIMEOUT=0") ==
        "option --POLL-TIMEOUT=0 of configuration must have a whole number from 1 to 2147483647, "
        "got '0'");
}

TEST_CASE("a hash the installed library lacks is refused by name in a configuration too") {
  const std::string message = "hash 'hsieh' is not in the installed libmemcached";
  for (const std::string option : {"--HASH=hsieh", "--DISTRIBUTION=consistent,HSIEH"}) {
    CAPTURE(option);
    CHECK(error_of<UnsupportedError>(
              [&] { parse_configuration("--SERVER=localhost " + option); }) == message);
  }
}

TEST_CASE("libmemcached's own objection is passed on without addresses and source paths") {
  const std::array objections{
      "--SERVER=localhost  --SERVER=example.com",  // two blanks
      "--SERVER=localhost --HASH=md5 --HASH=crc",  // twice
      "--SERVER=localhost --NAMESPACE=\"a b\"",    // a blank in a namespace
      "--SERVER=localhost --HASH=murmur3",         // a hash its grammar has no word for
      "--SERVER=localhost --DISTRIBUTION=modula,default",
      "--SERVER=md5",  // a word of its own
      "--SERVER=localhost --BINARY-PROTOCOL --VERIFY-KEY",
  };
  for (const std::string configuration : objections) {
    CAPTURE(configuration);
    const std::string message = refusal_of(configuration);
    CHECK(contains(message, "configuration must be in libmemcached's grammar: "));
    CHECK_FALSE(contains(message, "0x"));
    CHECK_FALSE(contains(message, "->"));
    CHECK_FALSE(contains(message, ".cc"));
  }
}

}  // namespace cache
