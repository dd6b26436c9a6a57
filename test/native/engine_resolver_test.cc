#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "engine/resolver.h"
#include "support/eventually.h"

namespace cache {
namespace {

Deadline in_time() { return Clock::now() + kPatience; }

// A label may have 63 bytes, so that this name is refused without asking anybody.
const std::string kUnknown = std::string(64, 'x') + ".example.com";

using Addresses = Resolver::Addresses;

bool contains(const std::optional<Addresses>& addresses, const std::string& address) {
  return addresses && std::ranges::count(*addresses, address) > 0;
}

// A name service that answers what it is told to, and when.
class NameService {
 public:
  explicit NameService(Addresses answer) { state_->answer = std::move(answer); }
  ~NameService() { release(); }
  NameService(const NameService&) = delete;
  NameService& operator=(const NameService&) = delete;

  void set_answer(Addresses answer) {
    const std::lock_guard lock(state_->mutex);
    state_->answer = std::move(answer);
  }
  void hold() {
    const std::lock_guard lock(state_->mutex);
    state_->held = true;
  }
  void release() {
    {
      const std::lock_guard lock(state_->mutex);
      state_->held = false;
    }
    state_->released.notify_all();
  }
  int lookups() const {
    const std::lock_guard lock(state_->mutex);
    return state_->lookups;
  }
  Resolver::LookUp look_up() const {
    return [state = state_](const std::string& /*host*/) {
      std::unique_lock lock(state->mutex);
      ++state->lookups;
      state->released.wait(lock, [&] { return !state->held; });
      return state->answer;
    };
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable released;
    Addresses answer;
    bool held = false;
    int lookups = 0;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

constexpr std::chrono::milliseconds kNever = std::chrono::hours(1);
constexpr std::chrono::milliseconds kShort{200};

const Addresses kOld{"10.0.0.1", "10.0.0.2"};
const Addresses kNew{"10.0.0.3"};

// Knows kOld, which is not fresh any more.
struct Idle {
  explicit Idle(std::chrono::milliseconds renewal_wait)
      : resolver(names.look_up(),
                 {.fresh_for = kShort, .retry_after = kNever, .renewal_wait = renewal_wait}) {
    resolver.resolve("name", in_time());
    std::this_thread::sleep_for(kShort);
  }

  NameService names{kOld};
  Resolver resolver;
};

}  // namespace

TEST_CASE("an IP literal is its own address, whatever the time") {
  Resolver resolver;
  for (const std::string literal : {"127.0.0.1", "10.1.2.3", "::1", "fd00::7"}) {
    CHECK(resolver.resolve(literal, Clock::now() - std::chrono::seconds(1)) == Addresses{literal});
    CHECK(resolver.is_current(literal, literal));
  }
}

TEST_CASE("localhost resolves, and is then known without waiting") {
  Resolver resolver;
  const auto addresses = resolver.resolve("localhost", in_time());
  CHECK(contains(addresses, "127.0.0.1"));
  CHECK(resolver.resolve("localhost", Clock::now() - std::chrono::seconds(1)) == addresses);
}

TEST_CASE("who does not wait is told what is known, and what becomes known later") {
  Resolver resolver;
  CHECK(resolver.known("127.0.0.1") == Addresses{"127.0.0.1"});
  CHECK(eventually([&] { return contains(resolver.known("localhost"), "127.0.0.1"); }));
}

TEST_CASE("a name that is none resolves to nothing, each time it is asked for") {
  Resolver resolver;
  CHECK(resolver.resolve(kUnknown, in_time()) == Addresses{});
  CHECK(resolver.resolve(kUnknown, in_time()) == Addresses{});
  CHECK(resolver.known(kUnknown) == Addresses{});
}

TEST_CASE("that a name is not known is told from that it is not known yet") {
  NameService names({});
  Resolver resolver(names.look_up(), {.retry_after = kNever});
  names.hold();
  CHECK(resolver.known("name") == std::nullopt);
  CHECK(resolver.resolve("name", Clock::now()) == std::nullopt);
  names.release();
  CHECK(resolver.resolve("name", in_time()) == Addresses{});
}

TEST_CASE("a name that nobody knows is not looked up with every operation") {
  NameService names({});
  Resolver resolver(names.look_up(), {.retry_after = kNever});
  resolver.resolve("name", in_time());
  for (int i = 0; i < 1000; ++i) {
    resolver.resolve("name", in_time());
    resolver.known("name");
    resolver.is_current("name", "10.0.0.1");
  }
  CHECK(names.lookups() == 1);
}

TEST_CASE("a name that nobody knew is looked up again after a while") {
  NameService names({});
  Resolver resolver(names.look_up(), {.retry_after = kShort});
  CHECK(resolver.resolve("name", in_time()) == Addresses{});
  names.set_answer(kNew);
  CHECK(eventually([&] { return resolver.resolve("name", in_time()) == kNew; }));
}

TEST_CASE("what was known stays while the name service refuses, which is not asked all the time") {
  Idle idle(kNever);
  idle.names.set_answer({});
  CHECK(idle.resolver.resolve("name", in_time()) == kOld);
  for (int i = 0; i < 1000; ++i) {
    CHECK(idle.resolver.known("name") == kOld);
    CHECK(idle.resolver.is_current("name", kOld[0]));
  }
  CHECK(idle.names.lookups() == 2);
}

TEST_CASE("an old address is not given out while another may be on its way") {
  Idle idle(kNever);
  idle.names.set_answer(kNew);
  idle.names.hold();
  CHECK(idle.resolver.known("name") == std::nullopt);
  CHECK(idle.resolver.resolve("name", Clock::now() + kShort) == std::nullopt);
  CHECK(idle.resolver.is_current("name", kOld[0]));  // a connection is not given up for that
  idle.names.release();
  CHECK(eventually([&] { return idle.resolver.resolve("name", in_time()) == kNew; }));
}

TEST_CASE("an old address is given out where the name service does not answer soon") {
  Idle idle(kShort);
  idle.names.hold();
  CHECK(idle.resolver.resolve("name", in_time()) == kOld);
  CHECK(idle.resolver.known("name") == kOld);
}

TEST_CASE("an answer is as old as it is, also where nobody has fetched it") {
  Idle idle(kNever);
  idle.resolver.is_current("name", kOld[0]);  // starts a lookup
  REQUIRE(eventually([&] { return idle.names.lookups() == 2; }));
  idle.names.set_answer(kNew);
  std::this_thread::sleep_for(2 * kShort);
  CHECK(eventually([&] { return idle.resolver.resolve("name", in_time()) == kNew; }));
  CHECK(idle.names.lookups() >= 3);
}

TEST_CASE("an address where nobody answered is the last to be tried again") {
  Idle idle(kNever);
  const Addresses turned{kOld[1], kOld[0]};
  const auto resolved = [&] {
    std::optional<Addresses> addresses;
    CHECK(eventually([&] { return (addresses = idle.resolver.resolve("name", in_time())); }));
    return *addresses;
  };
  for (int i = 0; i < 2; ++i) {  // as often as it is told
    idle.resolver.put_last("name", kOld[0]);
    CHECK(resolved() == turned);
  }
  const int before = idle.names.lookups();
  std::this_thread::sleep_for(kShort);
  CHECK(resolved() == turned);
  CHECK(idle.names.lookups() > before);

  idle.resolver.put_last("name", kOld[1]);
  CHECK(resolved() == kOld);
  for (const std::string other : {"10.0.0.9", "name"}) idle.resolver.put_last("name", other);
  CHECK(resolved() == kOld);
}

TEST_CASE("who has no time gets nothing, and the lookup goes on for the next") {
  Resolver resolver;
  resolver.resolve("localhost", Clock::now() - std::chrono::seconds(1));
  CHECK(eventually(
      [&] { return contains(resolver.resolve("localhost", Clock::now()), "127.0.0.1"); }));
}

TEST_CASE("an address is current while its host has it") {
  Resolver resolver;
  resolver.resolve("localhost", in_time());
  CHECK(resolver.is_current("localhost", "127.0.0.1"));
  CHECK_FALSE(resolver.is_current("localhost", "10.99.99.99"));
}

TEST_CASE("an address is not given up for a name that does not resolve") {
  Resolver resolver;
  CHECK(resolver.is_current(kUnknown, "10.99.99.99"));
  CHECK(resolver.resolve(kUnknown, in_time()) == Addresses{});
  CHECK(resolver.is_current(kUnknown, "10.99.99.99"));
}

TEST_CASE("many threads ask for one name and get the same") {
  Resolver resolver;
  std::array<std::optional<Addresses>, 4> found;
  std::vector<std::thread> threads;
  for (auto& addresses : found) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) addresses = resolver.resolve("localhost", in_time());
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& addresses : found) {
    CHECK(contains(addresses, "127.0.0.1"));
    CHECK(addresses == found[0]);
  }
}

}  // namespace cache
