#pragma once

#include <string>

#include "core/config.h"

namespace kea_runscript::core {

/// Sets in `config` what one parameter of an entry says, whatever the others say.
/// Throws ConfigError.
void parse_parameter(Config& config, const std::string& parameter, const Value& value,
                     Family family);

}  // namespace kea_runscript::core
