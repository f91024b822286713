#include "route/lease_event.h"

#include <string>

#include "route/failure.h"
#include "route/words.h"

namespace kea_runscript::route {

namespace {

using Wish = LeaseEvent::Wish;

/// What a hook point says of the lease, where need be with a variable.
Wish wish_of(const Frame& frame, std::string_view point, const std::string& digit) {
    const std::string lease = "lease" + digit;
    if (point == lease + "_replay") {
        return Wish::add;
    }
    if (point == lease + "_expire" || point == lease + "_release") {
        return Wish::del;
    }
    if (point == "leases" + digit + "_committed" || point == lease + "_changed") {
        const std::string name = "KEA_LEASE" + digit + "_CHANGE";
        const std::string_view change = frame.at(name);
        if (change == "new" || change == "renewed") {
            return Wish::add;
        }
        if (change == "deleted" || change == "declined") {
            return Wish::del;
        }
        throw Failure(Exit::usage, name + " " + quoted(change) +
                                       " is not known: this program is for another release of the "
                                       "hook");
    }
    return Wish::nothing;
}

}  // namespace

LeaseEvent parse_lease_event(const Frame& frame, std::string_view point, int family) {
    const bool ipv4 = family == AF_INET;
    const std::string digit = ipv4 ? "4" : "6";
    const std::string variable = "KEA_LEASE" + digit + "_";
    LeaseEvent event;
    event.wish = wish_of(frame, point, digit);
    if (event.wish == Wish::nothing || (!ipv4 && frame.at(variable + "TYPE") != "IA_PD")) {
        event.wish = Wish::nothing;
        return event;
    }
    event.replayed = point == "lease" + digit + "_replay";
    event.destination = parse_prefix(frame.at(variable + (ipv4 ? "ADDRESS" : "DELEGATED_PREFIX")));
    if (event.destination.network.family != family) {
        throw Failure(Exit::usage, to_text(event.destination) + " is not of the stream's " +
                                       family_name(family));
    }
    if (event.wish == Wish::add) {
        event.device = frame.at(variable + "INTERFACE");
        event.next_hop = frame.at(variable + "NEXT_HOP");
    }
    return event;
}

Route route_of(const LeaseEvent& event) {
    const int family = event.destination.network.family;
    if (event.device.empty() || (family == AF_INET6 && event.next_hop.empty())) {
        throw Failure(Exit::usage, "nobody knows where the client of " +
                                       to_text(event.destination) +
                                       " is: its next renewal will tell");
    }
    Route route;
    route.destination = event.destination;
    route.device = parse_device(event.device);
    if (!event.next_hop.empty()) {
        route.next_hop = parse_hop("next hop", event.next_hop, family);
    }
    return route;
}

}  // namespace kea_runscript::route
