#pragma once

#include <cc/data.h>

#include "core/value.h"

namespace kea_runscript {

/// Kea's form of a configuration value in the core's.
core::Value value_of(const isc::data::ConstElementPtr& element);

/// The library's parameters; none given is an empty map. Throws core::ConfigError if they are no
/// map.
core::Value::Map parameters_of(const isc::data::ConstElementPtr& element);

}  // namespace kea_runscript
