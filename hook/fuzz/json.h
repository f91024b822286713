#pragma once

#include <string_view>

#include "core/value.h"

/// Reads JSON, and makes a value of whatever else it gets: nothing is refused.
kea_runscript::core::Value value_of_json(std::string_view text);
