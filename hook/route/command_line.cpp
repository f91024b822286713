#include "route/command_line.h"

#include "route/failure.h"

namespace kea_runscript::route {

const char* const help = R"(Usage: kea-runscript-route add PREFIX dev IFACE [via NEXTHOP] [table N]
       kea-runscript-route del PREFIX [dev IFACE] [via NEXTHOP] [table N]

Sets and removes the kernel routes that belong to DHCP leases, for scripts that
run as Kea's user: sudo lets that user run this program, and
/etc/kea-runscript/routes.conf says which routes it may touch.

  add      sets the route; nothing happens if it is there already, and an
           earlier route of this program to the same prefix is replaced
  del      removes it; fine if it is not there
  PREFIX   192.0.2.0/24, 2001:db8:1::/56, or an address for its host route
  IFACE    the interface towards the client
  NEXTHOP  an address that is reachable on IFACE; without it PREFIX is on-link
  N        the routing table: a number, or main (the default)

All routes carry protocol number 75 (`ip route show proto 75`); routes with
another one are never replaced or removed.

routes.conf, owned by root and writable by nobody else, has one rule a line;
# starts a comment. A route needs one rule that fits:

  allow PREFIX [dev IFACE] [table N] [min-length N] [max-length N]

It fits if the route's prefix lies inside PREFIX, its interface is IFACE (any,
if not given), its table N (main, if not given), and its prefix length within
the bounds:

  allow 192.0.2.0/24 dev eth1 min-length 32
  allow 2001:db8::/40 dev eth1 min-length 48 max-length 64

Default routes, loopback and multicast, and prefixes that cover a network which
this host is attached to, are refused whatever the rules say.

Exit status: 0 done, or nothing to do; 1 the kernel refused; 64 wrong
arguments; 77 not allowed.
)";

namespace {

Address parse_next_hop(const std::string& text, int family) {
    const std::optional<Address> address = parse_address(text);
    if (!address || address->family != family) {
        throw Failure(Exit::usage, "via " + quoted(text) +
                                       " is not an address of the prefix's family: write it like " +
                                       (family == AF_INET ? "192.0.2.1" : "fe80::1"));
    }
    return *address;
}

}  // namespace

Command parse_command(const Words& words) {
    if (words.size() < 2 || (words[0] != "add" && words[0] != "del")) {
        throw Failure(Exit::usage,
                      "write `add PREFIX dev IFACE` or `del PREFIX`; --help tells more");
    }
    Command command{words[0] == "add" ? Action::add : Action::del, {}};
    Route& route = command.route;
    route.destination = parse_prefix(words[1]);
    const Options options = parse_options(words, 2, {"dev", "via", "table"});
    if (const auto device = options.find("dev"); device != options.end()) {
        route.device = parse_device(device->second);
    } else if (command.action == Action::add) {
        throw Failure(Exit::usage, "add needs the interface: write `add " +
                                       to_text(route.destination) + " dev IFACE`");
    }
    if (const auto via = options.find("via"); via != options.end()) {
        route.next_hop = parse_next_hop(via->second, route.destination.network.family);
    }
    if (const auto table = options.find("table"); table != options.end()) {
        route.table = parse_table(table->second);
    }
    return command;
}

}  // namespace kea_runscript::route
