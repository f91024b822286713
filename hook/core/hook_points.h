#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/verdict.h"

namespace kea_runscript::core {

enum class Family { V4, V6 };

/// How a packet can wait for a script at a hook point.
enum class Waiting {
    Never,   ///< nobody waits: the callout runs under the server's locks
    Blocks,  ///< the packet's thread blocks
    Parks,   ///< the packet is parked and the server goes on
};

/// What the hook knows of one of Kea's hook points.
struct HookPoint {
    std::string_view name;
    Family family;
    Waiting waiting;
    Verdict drop_as;     ///< what `on-failure: drop` becomes here: the strictest that Kea honours
    bool in_older_hook;  ///< whether a configuration without `hook-points` gets it
};

/// The hook point with this name, or a null pointer.
const HookPoint* find_hook_point(std::string_view name);

/// All hook points of one family, in the order in which a lease meets them.
std::vector<const HookPoint*> hook_points(Family family);

/// `kea-dhcp4` or `kea-dhcp6`.
std::string server_name(Family family);

}  // namespace kea_runscript::core
