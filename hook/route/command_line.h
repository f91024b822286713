#pragma once

#include "route/route.h"
#include "route/words.h"

namespace kea_runscript::route {

enum class Action { add, del, claim, replay_begin, replay_end, flush, sync };

struct Command {
    Action action;
    Route route;           ///< add, del, claim
    int family;            ///< all but sync: AF_INET or AF_INET6
    std::uint32_t leases;  ///< replay_end
};

extern const char* const help;

/// The arguments after the program's name. Throws Failure(usage).
Command parse_command(const Words& words);

}  // namespace kea_runscript::route
