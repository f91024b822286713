#include "route/entry.h"

#include "route/attributes.h"

namespace kea_runscript::route {

std::uint32_t metric(int family) {
    return family == AF_INET6 ? 1024 : 0;
}

Entry::Entry(const nlmsghdr& message) {
    rtmsg header{};
    std::memcpy(&header, NLMSG_DATA(&message), sizeof header);
    const Attributes<rtmsg, RTA_MAX + 1> attributes(message);
    const int family = header.rtm_family;
    destination = {attributes.address(RTA_DST, family).value_or(Address{family, {}}),
                   header.rtm_dst_len};
    next_hop = attributes.address(RTA_GATEWAY, family);
    priority = attributes.number(RTA_PRIORITY, 0);
    table = attributes.number(RTA_TABLE, header.rtm_table);
    device = attributes.number(RTA_OIF, 0);
    tos = header.rtm_tos;
    protocol = header.rtm_protocol;
    // We set neither of these; of several IPv6 next hops the kernel shows the protocol of the first
    // one only.
    const bool plain =
        !attributes.has(RTA_MULTIPATH) && !attributes.has(RTA_VIA) && !attributes.has(RTA_NH_ID);
    ours = protocol == our_protocol && header.rtm_type == RTN_UNICAST && plain;
}

bool Entry::rivals(const Route& route) const {
    return destination == route.destination && table == route.table && tos == 0 &&
           priority == metric(destination.network.family);
}

bool Entry::is(const Route& route, unsigned index) const {
    return rivals(route) && ours && device == index && next_hop == route.next_hop;
}

}  // namespace kea_runscript::route
