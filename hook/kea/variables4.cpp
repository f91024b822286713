// Names and text forms are those of the older hook; where a text comes from Kea, Kea's own function
// makes it.
#include "kea/variables4.h"

#include <dhcp/dhcp4.h>
#include <dhcp/option.h>

#include <string>

namespace kea_runscript {

using core::Variable;
using isc::dhcp::Lease4;
using isc::dhcp::OptionPtr;
using isc::dhcp::Pkt4;

namespace {

void add_relay_information(core::Frame& frame, const OptionPtr& rai) {
    frame.add(Variable::KEA_QUERY4_RAI, [&] { return rai->toHexString(); });
    if (const OptionPtr circuit = rai->getOption(isc::dhcp::RAI_OPTION_AGENT_CIRCUIT_ID)) {
        frame.add(Variable::KEA_QUERY4_RAI_CIRCUIT_ID, [&] { return circuit->toHexString(); });
    }
    if (const OptionPtr remote = rai->getOption(isc::dhcp::RAI_OPTION_REMOTE_ID)) {
        frame.add(Variable::KEA_QUERY4_RAI_REMOTE_ID, [&] { return remote->toHexString(); });
    }
}

}  // namespace

void add_query(core::Frame& frame, Pkt4& query) {
    frame.add_text(Variable::KEA_QUERY4_TYPE, query.getName());
    frame.add_text(Variable::KEA_QUERY4_INTERFACE, query.getIface());
    frame.add(Variable::KEA_QUERY4_IFINDEX, [&] { return std::to_string(query.getIndex()); });
    const isc::dhcp::HWAddrPtr hwaddr = query.getHWAddr();
    frame.add(Variable::KEA_QUERY4_HWADDR,
              [&] { return hwaddr ? hwaddr->toText(false) : std::string(); });
    frame.add(Variable::KEA_QUERY4_HWADDR_TYPE,
              [&] { return hwaddr ? std::to_string(hwaddr->htype_) : std::string(); });
    frame.add(Variable::KEA_QUERY4_HWADDR_SOURCE,
              [&] { return hwaddr ? std::to_string(hwaddr->source_) : std::string(); });
    frame.add(Variable::KEA_QUERY4_CIADDR, [&] { return query.getCiaddr().toText(); });
    frame.add(Variable::KEA_QUERY4_SIADDR, [&] { return query.getSiaddr().toText(); });
    frame.add(Variable::KEA_QUERY4_YIADDR, [&] { return query.getYiaddr().toText(); });
    frame.add(Variable::KEA_QUERY4_GIADDR, [&] { return query.getGiaddr().toText(); });
    frame.add_text(Variable::KEA_QUERY4_RELAYED, query.isRelayed() ? "1" : "0");
    frame.add(Variable::KEA_QUERY4_RELAY_HOPS, [&] { return std::to_string(query.getHops()); });
    if (const auto vendor_class = query.getOption(isc::dhcp::DHO_VENDOR_CLASS_IDENTIFIER)) {
        frame.add(Variable::KEA_QUERY4_OPTION60, [&] { return vendor_class->toString(); });
    }
    if (const auto rai = query.getOption(isc::dhcp::DHO_DHCP_AGENT_OPTIONS)) {
        add_relay_information(frame, rai);
    }
}

void add_subnet(core::Frame& frame, const Subnet4Argument& subnet) {
    frame.add(Variable::KEA_SUBNET4, [&] { return subnet ? subnet->toText() : std::string(); });
    frame.add(Variable::KEA_SUBNET4_PREFIX,
              [&] { return subnet ? subnet->get().first.toText() : std::string(); });
    frame.add(Variable::KEA_SUBNET4_PREFIXLEN,
              [&] { return subnet ? std::to_string(subnet->get().second) : std::string(); });
}

void add_lease(core::Frame& frame, const Lease4& lease) {
    frame.add_text(Variable::KEA_LEASE4_TYPE, "V4");
    frame.add(Variable::KEA_LEASE4_STATE, [&] { return Lease4::basicStatesToText(lease.state_); });
    frame.add_text(Variable::KEA_LEASE4_IS_EXPIRED, lease.expired() ? "1" : "0");
    frame.add(Variable::KEA_LEASE4_ADDRESS, [&] { return lease.addr_.toText(); });
    frame.add(Variable::KEA_LEASE4_HWADDR,
              [&] { return lease.hwaddr_ ? lease.hwaddr_->toText(false) : std::string(); });
    frame.add_text(Variable::KEA_LEASE4_HOSTNAME, lease.hostname_);
    frame.add(Variable::KEA_LEASE4_CLIENT_LAST_TRANSMISSION,
              [&] { return std::to_string(lease.cltt_); });
    frame.add(Variable::KEA_LEASE4_VALID_LIFETIME,
              [&] { return std::to_string(lease.valid_lft_); });
}

}  // namespace kea_runscript
