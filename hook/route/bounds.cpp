#include "route/bounds.h"

#include "route/failure.h"

namespace kea_runscript::route {

namespace {

struct Special {
    const char* prefix;
    const char* meaning;
};

constexpr Special specials[] = {
    {"0.0.0.0/8", "unspecified"}, {"127.0.0.0/8", "loopback"},
    {"224.0.0.0/4", "multicast"}, {"255.255.255.255", "broadcast"},
    {"::", "unspecified"},        {"::1", "loopback"},
    {"ff00::/8", "multicast"},    {"::ffff:0:0/96", "IPv4-mapped"},
};

void require_unicast(const char* parameter, const Prefix& prefix, const std::string& text) {
    for (const Special& special : specials) {
        if (parse_prefix(special.prefix).overlaps(prefix)) {
            throw Failure(Exit::refused, std::string(parameter) + " " + text + " touches " +
                                             special.prefix + " (" + special.meaning +
                                             "): use an ordinary unicast address");
        }
    }
}

}  // namespace

void require_routable(const Route& route) {
    if (route.destination.length == 0) {
        throw Failure(Exit::refused,
                      "PREFIX " + to_text(route.destination) +
                          " is a default route: set that in the host's own network configuration");
    }
    require_unicast("PREFIX", route.destination, to_text(route.destination));
    if (route.next_hop) {
        require_unicast("via", prefix_around(*route.next_hop, route.next_hop->bits()),
                        to_text(*route.next_hop));
    }
}

void require_not_connected(const Prefix& destination, const std::vector<Prefix>& connected) {
    for (const Prefix& prefix : connected) {
        if (destination.contains(prefix)) {
            throw Failure(Exit::refused,
                          "PREFIX " + to_text(destination) + " covers " + to_text(prefix) +
                              ", which this host is attached to: use a prefix inside or beside it");
        }
    }
}

}  // namespace kea_runscript::route
