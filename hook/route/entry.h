#pragma once

#include <cstdint>
#include <optional>

#include "route/route.h"

namespace kea_runscript::route {

/// The number that marks our routes, `ip route show proto 75`.
constexpr std::uint8_t our_protocol = 75;

/// What the kernel takes when none is given. It tells apart the routes to one destination.
std::uint32_t metric(int family);

/// A route as the kernel lists it.
struct Entry {
    explicit Entry(const nlmsghdr& message);

    /// Stands where `route` would stand: same destination, table and metric.
    bool rivals(const Route& route) const;

    /// Is just this route, set by us; `index` is its interface's number.
    bool is(const Route& route, unsigned index) const;

    Prefix destination;
    std::optional<Address> next_hop;
    std::uint32_t priority;
    std::uint32_t table;
    unsigned device;
    std::uint8_t tos;
    std::uint8_t protocol;
    bool ours;  ///< wholly: an entry with several next hops may have several owners
};

}  // namespace kea_runscript::route
