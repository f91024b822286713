#pragma once

#include <map>
#include <string>
#include <unordered_map>
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
    const std::vector<Prefix>& connected(int family);

    /// The number of an interface; 0 if there is none of that name.
    unsigned device(const std::string& name);

    /// What the two above have read is kept until then.
    void forget();

    /// Sets the route; replaces one of ours to the same destination. `seen`: a route to there was
    /// just this one when somebody looked, which need not be done again. Returns whether there was
    /// anything to do. Throws Failure: kernel, or refused if somebody else has a route to this
    /// destination.
    bool add(const Route& route, bool seen = false);

    /// Removes what we have set for this destination. Returns whether there was anything. Throws
    /// Failure(kernel).
    bool remove(const Route& route);

private:
    Answer change(std::uint16_t type, unsigned flags, const Route& route, unsigned device);
    bool has(const Route& route, unsigned device);
    std::vector<Entry> entries(const Route& route);
    void dump(Message& message, const std::function<void()>& restart,
              const Netlink::Visitor& visit);

    Netlink netlink_;
    std::map<int, std::vector<Prefix>> connected_;  // by family
    std::unordered_map<std::string, unsigned> devices_;
};

}  // namespace kea_runscript::route
