#pragma once

#include "core/config.h"

namespace kea_runscript::core {

/// Throws ConfigError if parameters of one entry, each good by itself, do not go together.
/// `parameters` are those that were given, `config` what they mean, but for the defaults of `name`
/// and `fields`.
void check_together(const Value::Map& parameters, const Config& config, Family family);

/// All variables that the script can get, at its hook points and in replays.
Selection variables_of(const Config& config, Family family);

}  // namespace kea_runscript::core
