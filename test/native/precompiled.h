// What the most files include, compiled once for each flavour and put before every file (Makefile).
// Whether a file includes what it needs, the build of the addon shows.
#include <doctest/doctest.h>
#include <libmemcached-1.0/memcached.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>
