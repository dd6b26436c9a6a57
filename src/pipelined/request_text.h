// Operations as the text protocol says them.
#pragma once

#include <string>
#include <string_view>

#include "engine/operation.h"

namespace cache {

// Everything of the request up to the bytes of the value: those follow, and then "\r\n", where
// has_value() says so.
void append_request(std::string& text, const Operation& operation);

bool has_value(Command command);

// What creates a counter with its initial value: an add, which a counter that is there refuses.
void append_initial_add(std::string& text, const Operation& operation);

}  // namespace cache
