#pragma once

#include <cc/data.h>

#include <string>

#include "core/value.h"

namespace kea_runscript {

/// Kea's form of a configuration value in the core's.
core::Value value_of(const isc::data::ConstElementPtr& element);

/// What stands under `name`, such as the library's `parameters`; nothing is an empty map. Throws
/// core::ConfigError if it is no map.
core::Value::Map map_of(const std::string& name, const isc::data::ConstElementPtr& element);

}  // namespace kea_runscript
