// What the whole process shares, whatever the number of JavaScript environments in it.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/engine.h"
#include "engine/registry.h"

namespace cache::node {

// Never destroyed: at the end of the process its threads may still run (N3).
EngineRegistry& process_registry();

// What becomes of the operations that are still under way when the last client lets go of their
// engine.
enum class Rest : std::uint8_t { Finished, Refused };

// Lets go of an engine without waiting for it: a thread of its own lets the operations under way
// come to their end, which their deadlines bound, or closes the engine, and then ends its threads.
// The JavaScript thread may be about to end: nothing here touches it.
void retire(std::shared_ptr<Engine> engine, Rest rest);

// Keeps the addon's code in memory when the environment that loaded it ends, because engine
// threads may still be on their way out of it (N4).
void pin_image();

}  // namespace cache::node
