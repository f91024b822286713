#include "route/kernel.h"

#include <linux/if_addr.h>
#include <net/if.h>

#include <cerrno>

#include "route/attributes.h"
#include "route/failure.h"
#include "route/words.h"

namespace kea_runscript::route {

namespace {

std::string remedy(int error, const Route& route) {
    switch (error) {
        case EPERM:
            return ": run it as root, through sudo";
        case ENETDOWN:
            return ": set the interface up, `ip link set dev " + route.device + " up`";
        case EINVAL:
        case ENETUNREACH:
        case EHOSTUNREACH:
            if (route.next_hop) {
                return ": the next hop must be a neighbour on " + route.device +
                       "; if it is, but no prefix there says so, " + "run `ip route add " +
                       to_text(*route.next_hop) + " dev " + route.device + "` first";
            }
            [[fallthrough]];
        default:
            return "";
    }
}

Failure refusal(const char* what, const Route& route, const Answer& answer) {
    return {Exit::kernel, std::string("the kernel refused to ") + what + " the route to " +
                              to_text(route.destination) + ": " + answer.reason +
                              remedy(answer.error, route)};
}

}  // namespace

void Kernel::dump(Message& message, const std::function<void()>& restart,
                  const Netlink::Visitor& visit) {
    for (int attempt = 0; attempt < 10; ++attempt) {
        restart();
        const Answer answer = netlink_.ask(message, visit);
        if (answer.error != 0) {
            throw Failure(Exit::kernel, "the kernel refused to list what it has: " + answer.reason);
        }
        if (!answer.interrupted) {
            return;
        }
    }
    throw Failure(Exit::kernel,
                  "the kernel's routes change faster than they can be read: try again");
}

void Kernel::forget() {
    connected_.clear();
    devices_.clear();
}

unsigned Kernel::device(const std::string& name) {
    const auto known = devices_.find(name);
    if (known != devices_.end()) {
        return known->second;
    }
    return devices_[name] = if_nametoindex(name.c_str());
}

const std::vector<Prefix>& Kernel::connected(int family) {
    if (const auto known = connected_.find(family); known != connected_.end()) {
        return known->second;
    }
    std::vector<Prefix> prefixes;
    ifaddrmsg header{};
    header.ifa_family = static_cast<std::uint8_t>(family);
    Message message(RTM_GETADDR, NLM_F_DUMP, header);
    dump(
        message, [&] { prefixes.clear(); },
        [&](const nlmsghdr& item) {
            std::memcpy(&header, NLMSG_DATA(&item), sizeof header);
            // IFA_ADDRESS is the peer's where there is one: it is the peer's network that is
            // attached.
            const auto address =
                Attributes<ifaddrmsg, IFA_MAX + 1>(item).address(IFA_ADDRESS, family);
            if (header.ifa_family == family && address) {
                prefixes.push_back(prefix_around(*address, header.ifa_prefixlen));
            }
        });
    return connected_[family] = prefixes;
}

Answer Kernel::change(std::uint16_t type, unsigned flags, const Route& route, unsigned device) {
    const Address& network = route.destination.network;
    const bool adds = type == RTM_NEWROUTE;
    rtmsg header{};
    header.rtm_family = static_cast<unsigned char>(network.family);
    header.rtm_dst_len = static_cast<unsigned char>(route.destination.length);
    header.rtm_protocol = our_protocol;  // to remove, the kernel takes only what has it
    header.rtm_type = RTN_UNICAST;
    header.rtm_scope = !adds            ? RT_SCOPE_NOWHERE
                       : route.next_hop ? RT_SCOPE_UNIVERSE
                                        : RT_SCOPE_LINK;
    Message message(type, flags, header);
    message.add(RTA_TABLE, &route.table, sizeof route.table);
    message.add(RTA_DST, network.bytes.data(), network.size());
    if (device != 0) {
        message.add(RTA_OIF, &device, sizeof device);
    }
    if (route.next_hop) {
        message.add(RTA_GATEWAY, route.next_hop->bytes.data(), route.next_hop->size());
    }
    if (const std::uint32_t priority = metric(network.family); adds && priority != 0) {
        message.add(RTA_PRIORITY, &priority, sizeof priority);
    }
    if (!adds && network.family == AF_INET6) {
        // IPv6 ties routes with next hops and one metric together, whoever set them, and removes
        // all of them with one that is removed without a next hop. A list of hops, even with one
        // hop that says nothing, removes only one.
        const rtnexthop hop{sizeof hop, 0, 0, 0};
        message.add(RTA_MULTIPATH, &hop, sizeof hop);
    }
    return netlink_.ask(message, [](const nlmsghdr&) {});
}

// Whether exactly this route is there, found quickly however long the table is. For IPv6 a "no" may
// also mean that a longer prefix, a routing rule or a link that is down hides it.
bool Kernel::has(const Route& route, unsigned device) {
    const Address& network = route.destination.network;
    if (network.family == AF_INET) {
        // Asked to create nothing, it only looks whether it would have to.
        return change(RTM_NEWROUTE, 0, route, device).error == EEXIST;
    }
    rtmsg header{};
    header.rtm_family = static_cast<unsigned char>(network.family);
    header.rtm_dst_len = static_cast<unsigned char>(network.bits());
    header.rtm_flags = RTM_F_FIB_MATCH;
    Message message(RTM_GETROUTE, 0, header);
    message.add(RTA_DST, network.bytes.data(), network.size());
    message.add(RTA_OIF, &device, sizeof device);  // which finds the table of a VRF as well
    bool found = false;
    netlink_.ask(message, [&](const nlmsghdr& item) { found = Entry(item).is(route, device); });
    return found;
}

std::vector<Entry> Kernel::entries(const Route& route) {
    std::vector<Entry> rivals;
    rtmsg header{};
    header.rtm_family = static_cast<unsigned char>(route.destination.network.family);
    Message message(RTM_GETROUTE, NLM_F_DUMP, header);
    message.add(RTA_TABLE, &route.table, sizeof route.table);
    dump(
        message, [&] { rivals.clear(); },
        [&](const nlmsghdr& item) {
            if (Entry entry(item); entry.rivals(route)) {
                rivals.push_back(entry);
            }
        });
    return rivals;
}

bool Kernel::add(const Route& route, bool seen) {
    const unsigned device = this->device(route.device);
    if (device == 0) {
        throw Failure(Exit::kernel, "dev " + quoted(route.device) +
                                        " does not exist: `ip link` lists the interfaces");
    }
    Answer answer = change(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route, device);
    if (answer.error == EEXIST) {
        if (seen || has(route, device)) {
            return false;
        }
        for (const Entry& entry : entries(route)) {
            if (entry.is(route, device)) {
                return false;
            }
            if (!entry.ours) {
                throw Failure(Exit::refused,
                              "another route to " + to_text(route.destination) + " is in table " +
                                  table_name(route.table) + " (protocol " +
                                  std::to_string(entry.protocol) +
                                  "): remove that one, or take the prefix out of the pool");
            }
        }
        answer = change(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route, device);
    }
    if (answer.error != 0) {
        throw refusal("add", route, answer);
    }
    return true;
}

bool Kernel::remove(const Route& route) {
    const unsigned device = route.device.empty() ? 0 : this->device(route.device);
    if (!route.device.empty() && device == 0) {
        return false;  // its routes went with the interface
    }
    Answer answer = change(RTM_DELROUTE, 0, route, device);
    const bool found = answer.error == 0;
    while (answer.error == 0) {
        answer = change(RTM_DELROUTE, 0, route, device);
    }
    if (answer.error != ESRCH) {
        throw refusal("remove", route, answer);
    }
    return found;
}

}  // namespace kea_runscript::route
