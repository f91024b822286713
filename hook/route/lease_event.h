#pragma once

#include <string>
#include <string_view>

#include "route/frame.h"
#include "route/route.h"

namespace kea_runscript::route {

/// What an event of a lease asks for.
struct LeaseEvent {
    enum class Wish { nothing, add, del };

    Wish wish = Wish::nothing;
    bool replayed = false;
    Prefix destination;
    std::string device;    ///< where its client is, empty if nobody knows; unchecked
    std::string next_hop;  ///< the same
};

/// Reads an event of one family: a DHCPv4 lease has a host route, a delegated prefix one by way of
/// the router that it was delegated to, an IPv6 address none. Throws Failure(usage) if that is no
/// lease's.
LeaseEvent parse_lease_event(const Frame& frame, std::string_view point, int family);

/// The route that such an event wants. Throws Failure(usage) if nobody knows where it leads.
Route route_of(const LeaseEvent& event);

}  // namespace kea_runscript::route
