#pragma once

#include "route/command_line.h"
#include "route/policy.h"

namespace kea_runscript::route {

/// Carries out one command, other than sync. Throws Failure.
void carry_out(const Command& command, const Policy& policy);

}  // namespace kea_runscript::route
