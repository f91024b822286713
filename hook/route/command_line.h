#pragma once

#include "route/route.h"
#include "route/words.h"

namespace kea_runscript::route {

enum class Action { add, del };

struct Command {
    Action action;
    Route route;
};

extern const char* const help;

/// The arguments after the program's name. Throws Failure(usage).
Command parse_command(const Words& words);

}  // namespace kea_runscript::route
