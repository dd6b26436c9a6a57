// The only place that includes napi.h: what must be defined before it, is, everywhere.
#pragma once

#include <napi.h>
