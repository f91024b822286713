#include "route/command_line.h"

#include <utility>

#include "route/failure.h"

namespace kea_runscript::route {

const char* const help =
    R"(Usage: kea-runscript-route add PREFIX dev IFACE [via NEXTHOP] [table N]
       kea-runscript-route del PREFIX [dev IFACE] [via NEXTHOP] [table N]
       kea-runscript-route sync
       kea-runscript-route replay-begin FAMILY
       kea-runscript-route claim PREFIX [table N]
       kea-runscript-route replay-end FAMILY LEASES
       kea-runscript-route flush FAMILY

Sets and removes the kernel routes that belong to DHCP leases: as a worker of
kea-hook-runscript, or for scripts that run as Kea's user. It runs as root, by
way of sudo, or with CAP_NET_ADMIN alone, and /etc/kea-runscript/routes.conf
says which routes it may touch.

  add      sets the route; nothing happens if it is there already, and an
           earlier route of this program to the same prefix is replaced
  del      removes it; fine if it is not there
  sync     is a worker: reads the hook's stream from standard input, answers on
           standard output, and keeps the routes of its leases: a host route
           to each DHCPv4 client, one to each delegated prefix by way of its
           router; in a replay it removes those that no lease has any more
  flush    removes all routes of this program that routes.conf allows
  PREFIX   192.0.2.0/24, 2001:db8:1::/56, or an address for its host route
  IFACE    the interface towards the client
  NEXTHOP  an address that is reachable on IFACE; without it PREFIX is on-link
  N        the routing table: a number, or main; without it, each table that a
           rule which fits names
  FAMILY   ipv4 or ipv6

For replays that scripts carry out, a process for each lease:

  replay-begin  from now on, each add and claim is remembered
  claim         remembers a lease whose route cannot be set now
  replay-end    removes the routes that nobody has set or claimed since, unless
                the number of LEASES is 0: then it says so and removes nothing

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
  allow 198.51.100.0/24 dev eth2 table 100

sync reads it when it starts and whenever a replay begins.

Default routes, loopback and multicast, and prefixes that cover a network which
this host is attached to, are refused whatever the rules say.

Exit status: 0 done, or nothing to do; 1 the kernel refused; 64 wrong
arguments; 77 not allowed; 78 the hook speaks another protocol.
)";

namespace {

constexpr std::pair<const char*, Action> actions[] = {
    {"add", Action::add},
    {"del", Action::del},
    {"claim", Action::claim},
    {"replay-begin", Action::replay_begin},
    {"replay-end", Action::replay_end},
    {"flush", Action::flush},
    {"sync", Action::sync},
};

Action parse_action(const Words& words) {
    for (const auto& [name, action] : actions) {
        if (!words.empty() && words[0] == name) {
            return action;
        }
    }
    throw Failure(Exit::usage,
                  "write `add PREFIX dev IFACE`, `del PREFIX` or `sync`; --help tells "
                  "more");
}

/// The words after the action, of which there must be so many.
void require_words(const Words& words, std::size_t count, const std::string& usage) {
    if (words.size() != count) {
        throw Failure(Exit::usage, "write `" + usage + "`; --help tells more");
    }
}

Route parse_route(const Words& words, Action action) {
    if (words.size() < 2) {
        throw Failure(Exit::usage, words[0] + " needs a PREFIX; --help tells more");
    }
    Route route;
    route.destination = parse_prefix(words[1]);
    const Options options = parse_options(words, 2, {"dev", "via", "table"});
    if (const auto device = options.find("dev"); device != options.end()) {
        route.device = parse_device(device->second);
    } else if (action == Action::add) {
        throw Failure(Exit::usage, "add needs the interface: write `add " +
                                       to_text(route.destination) + " dev IFACE`");
    }
    if (const auto via = options.find("via"); via != options.end()) {
        route.next_hop = parse_hop("via", via->second, route.destination.network.family);
    }
    if (const auto table = options.find("table"); table != options.end()) {
        route.table = parse_table(table->second);
    }
    return route;
}

}  // namespace

Command parse_command(const Words& words) {
    Command command{parse_action(words), {}, AF_UNSPEC, 0};
    switch (command.action) {
        case Action::add:
        case Action::del:
        case Action::claim:
            command.route = parse_route(words, command.action);
            command.family = command.route.destination.network.family;
            break;
        case Action::replay_begin:
        case Action::flush:
            require_words(words, 2, words[0] + " FAMILY");
            command.family = parse_family(words[1]);
            break;
        case Action::replay_end:
            require_words(words, 3, "replay-end FAMILY LEASES");
            command.family = parse_family(words[1]);
            command.leases = parse_leases(words[2]);
            break;
        case Action::sync:
            require_words(words, 1, "sync");
            break;
    }
    return command;
}

}  // namespace kea_runscript::route
