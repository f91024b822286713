#pragma once

#include "core/config.h"

namespace kea_runscript::core {

/// Throws ConfigError if parameters of one entry, each good by itself, do not go together.
/// `parameters` are those that were given, `config` what they mean, but for the defaults of `name`
/// and `fields`.
void check_together(const Value::Map& parameters, const Config& config);

}  // namespace kea_runscript::core
