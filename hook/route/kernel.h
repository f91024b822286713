#pragma once

#include <vector>

#include "route/entry.h"
#include "route/netlink.h"
#include "route/route.h"

namespace kea_runscript::route {

/// The kernel's routing tables. Routes of ours carry protocol 75; others are never replaced or
/// removed.
class Kernel {
public:
    /// The networks of the host's own addresses.
    std::vector<Prefix> connected(int family);

    /// Sets the route; does nothing if it is there already; replaces one of ours to the same
    /// destination. Throws Failure: kernel, or refused if somebody else has a route to this
    /// destination.
    void add(const Route& route);

    /// Removes what we have set for this destination; fine if there is nothing. Throws
    /// Failure(kernel).
    void remove(const Route& route);

private:
    Answer change(std::uint16_t type, unsigned flags, const Route& route, unsigned device);
    bool is_best(const Route& route, unsigned device);
    std::vector<Entry> entries(const Route& route);
    void dump(Message& message, const std::function<void()>& restart,
              const Netlink::Visitor& visit);

    Netlink netlink_;
};

}  // namespace kea_runscript::route
