#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/contract.h"

namespace kea_runscript::core {

enum class Family { V4, V6 };

/// What makes an event of a hook point.
enum class Origin {
    Kea,      ///< Kea calls it
    Changes,  ///< the lease database tells what becomes of a lease
    Replay,   ///< the hook itself tells all leases, if `replay` is asked for
};

/// How a packet can wait for a script at a hook point.
enum class Waiting {
    Never,   ///< nobody waits: the callout runs under the server's locks
    Blocks,  ///< the packet's thread blocks
    Parks,   ///< the packet is parked and the server goes on
};

/// What the contract says of one hook point.
struct HookPoint {
    std::string_view name;
    std::optional<Family> family;  ///< none: both have it
    Origin origin;
    Waiting waiting;
    bool honours_skip;
    bool honours_drop;
    bool in_older_hook;      ///< whether a configuration without `hook-points` gets it
    bool in_isc_hook;        ///< the same with `variables: isc`
    bool has_query;          ///< whether there is a packet from a client
    bool has_subnet;         ///< whether there is a subnet, or a lease that names its own
    std::string_view since;  ///< the release of Kea that brought it, such as `2.6`; empty: older
    Selection variables;     ///< all that a script gets there

    bool has(Variable variable) const { return variables.test(static_cast<std::size_t>(variable)); }
};

/// All hook points of both families, in the order in which a lease meets them.
const std::vector<HookPoint>& all_hook_points();

/// The hook point with this name, or a null pointer.
const HookPoint* find_hook_point(std::string_view name);

/// All hook points that one family has.
std::vector<const HookPoint*> hook_points(Family family);

/// `kea-dhcp4` or `kea-dhcp6`.
std::string server_name(Family family);

}  // namespace kea_runscript::core
