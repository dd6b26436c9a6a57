// Any text as a configuration string: refused, or a ring of the servers it names.
#include <cstdint>
#include <string>

#include "fuzz/require.h"
#include "routing/configuration.h"
#include "routing/ring_error.h"
#include "routing/router.h"

namespace cache {
namespace {

void check_ring(const std::string& configuration, const ParsedConfiguration& parsed) {
  require(!parsed.servers.empty(), "a configuration names a server");
  const Router router({}, {.configuration = configuration});
  require(router.servers().size() == parsed.servers.size(), "no server is lost or made up");
  for (const char* key : {"a", "key", "another key"}) {
    require(router.server_of(key) < parsed.servers.size(), "a key has a server");
  }
}

void check_configuration(const std::string& configuration) {
  try {
    check_ring(configuration, parse_configuration(configuration));
  } catch (const RingError&) {
    return;  // what it is there for
  }
}

}  // namespace
}  // namespace cache

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cache::check_configuration({reinterpret_cast<const char*>(data), size});
  return 0;
}
