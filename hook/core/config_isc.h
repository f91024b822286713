#pragma once

#include "core/config.h"

namespace kea_runscript::core {

/// The parameters of an entry in our own words. With `variables` "isc" they can be ISC's: `name`,
/// the path of the script, and `sync`. Throws ConfigError.
Value::Map in_our_words(const Value::Map& parameters);

}  // namespace kea_runscript::core
