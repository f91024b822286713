// Names and text forms are those of the older hook; where a text comes from Kea, Kea's own function
// makes it.
#include "kea/variables4.h"

#include <dhcp/dhcp4.h>
#include <dhcp/option.h>

#include <string>

namespace kea_runscript {

using isc::dhcp::Lease4;
using isc::dhcp::OptionPtr;
using isc::dhcp::Pkt4;

namespace {

constexpr char kQuery[] = "KEA_QUERY4_";
constexpr char kLease[] = "KEA_LEASE4_";

void add_relay_information(core::Frame& frame, const OptionPtr& rai) {
    frame.add(kQuery, "RAI", rai->toHexString());
    if (const OptionPtr circuit = rai->getOption(isc::dhcp::RAI_OPTION_AGENT_CIRCUIT_ID)) {
        frame.add(kQuery, "RAI_CIRCUIT_ID", circuit->toHexString());
    }
    if (const OptionPtr remote = rai->getOption(isc::dhcp::RAI_OPTION_REMOTE_ID)) {
        frame.add(kQuery, "RAI_REMOTE_ID", remote->toHexString());
    }
}

}  // namespace

void add_query(core::Frame& frame, Pkt4& query) {
    frame.add(kQuery, "TYPE", query.getName());
    frame.add(kQuery, "INTERFACE", query.getIface());
    frame.add(kQuery, "IFINDEX", std::to_string(query.getIndex()));
    const isc::dhcp::HWAddrPtr hwaddr = query.getHWAddr();
    frame.add(kQuery, "HWADDR", hwaddr ? hwaddr->toText(false) : "");
    frame.add(kQuery, "HWADDR_TYPE", hwaddr ? std::to_string(hwaddr->htype_) : "");
    frame.add(kQuery, "HWADDR_SOURCE", hwaddr ? std::to_string(hwaddr->source_) : "");
    frame.add(kQuery, "CIADDR", query.getCiaddr().toText());
    frame.add(kQuery, "SIADDR", query.getSiaddr().toText());
    frame.add(kQuery, "YIADDR", query.getYiaddr().toText());
    frame.add(kQuery, "GIADDR", query.getGiaddr().toText());
    frame.add(kQuery, "RELAYED", query.isRelayed() ? "1" : "0");
    frame.add(kQuery, "RELAY_HOPS", std::to_string(query.getHops()));
    if (const auto vendor_class = query.getOption(isc::dhcp::DHO_VENDOR_CLASS_IDENTIFIER)) {
        frame.add(kQuery, "OPTION60", vendor_class->toString());
    }
    if (const auto rai = query.getOption(isc::dhcp::DHO_DHCP_AGENT_OPTIONS)) {
        add_relay_information(frame, rai);
    }
}

void add_subnet(core::Frame& frame, const Subnet4Argument& subnet) {
    frame.add("KEA_SUBNET4", subnet ? subnet->toText() : "");
    frame.add("KEA_SUBNET4_PREFIX", subnet ? subnet->get().first.toText() : "");
    frame.add("KEA_SUBNET4_PREFIXLEN", subnet ? std::to_string(subnet->get().second) : "");
}

void add_lease(core::Frame& frame, const Lease4& lease) {
    frame.add(kLease, "TYPE", "V4");
    frame.add(kLease, "STATE", Lease4::basicStatesToText(lease.state_));
    frame.add(kLease, "IS_EXPIRED", lease.expired() ? "1" : "0");
    frame.add(kLease, "ADDRESS", lease.addr_.toText());
    frame.add(kLease, "HWADDR", lease.hwaddr_ ? lease.hwaddr_->toText(false) : "");
    frame.add(kLease, "HOSTNAME", lease.hostname_);
    frame.add(kLease, "CLIENT_LAST_TRANSMISSION", std::to_string(lease.cltt_));
    frame.add(kLease, "VALID_LIFETIME", std::to_string(lease.valid_lft_));
}

void add_place(core::Frame& frame, const Pkt4& query) {
    frame.add(kLease, "INTERFACE", query.getIface());
    // A client on the same link is reached without a next hop.
    frame.add(kLease, "NEXT_HOP", query.isRelayed() ? query.getGiaddr().toText() : "");
}

}  // namespace kea_runscript
