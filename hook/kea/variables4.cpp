// Names and text forms are those of the older hook; where a text comes from Kea, Kea's own function
// makes it.
#include "kea/variables4.h"

#include <dhcp/dhcp4.h>

#include <string>

#include "kea/options.h"
#include "kea/packet_variables.h"

namespace kea_runscript {

using core::Variable;
using isc::dhcp::Lease4;
using isc::dhcp::OptionPtr;
using isc::dhcp::Pkt4;

namespace {

constexpr std::size_t kResponse4 =
    distance(Variable::KEA_QUERY4_TYPE, Variable::KEA_RESPONSE4_TYPE);
static_assert(kResponse4 ==
              distance(Variable::KEA_QUERY4_RAI_REMOTE_ID, Variable::KEA_RESPONSE4_RAI_REMOTE_ID));

void add_relay_information(PacketVariables& variables, const OptionPtr& rai) {
    variables.add(Variable::KEA_QUERY4_RAI, [&] { return rai->toHexString(); });
    if (const OptionPtr circuit = rai->getOption(isc::dhcp::RAI_OPTION_AGENT_CIRCUIT_ID)) {
        variables.add(Variable::KEA_QUERY4_RAI_CIRCUIT_ID, [&] { return circuit->toHexString(); });
    }
    if (const OptionPtr remote = rai->getOption(isc::dhcp::RAI_OPTION_REMOTE_ID)) {
        variables.add(Variable::KEA_QUERY4_RAI_REMOTE_ID, [&] { return remote->toHexString(); });
    }
}

void add_packet(PacketVariables variables, const Pkt4& packet) {
    variables.add_text(Variable::KEA_QUERY4_TYPE, packet.getName());
    variables.add(Variable::KEA_QUERY4_INTERFACE, [&] { return packet.getIface(); });
    variables.add(Variable::KEA_QUERY4_IFINDEX, [&] { return std::to_string(packet.getIndex()); });
    variables.add_hwaddr(Variable::KEA_QUERY4_HWADDR, Variable::KEA_QUERY4_HWADDR_TYPE,
                         Variable::KEA_QUERY4_HWADDR_SOURCE, [&] { return packet.getHWAddr(); });
    variables.add(Variable::KEA_QUERY4_CIADDR, [&] { return packet.getCiaddr().toText(); });
    variables.add(Variable::KEA_QUERY4_SIADDR, [&] { return packet.getSiaddr().toText(); });
    variables.add(Variable::KEA_QUERY4_YIADDR, [&] { return packet.getYiaddr().toText(); });
    variables.add(Variable::KEA_QUERY4_GIADDR, [&] { return packet.getGiaddr().toText(); });
    variables.add(Variable::KEA_QUERY4_RELAYED, [&] { return packet.isRelayed() ? "1" : "0"; });
    variables.add(Variable::KEA_QUERY4_RELAY_HOPS,
                  [&] { return std::to_string(packet.getHops()); });
    if (const auto vendor_class =
            find_option(packet.options_, isc::dhcp::DHO_VENDOR_CLASS_IDENTIFIER)) {
        variables.add(Variable::KEA_QUERY4_OPTION60, [&] { return vendor_class->toString(); });
    }
    if (const auto rai = find_option(packet.options_, isc::dhcp::DHO_DHCP_AGENT_OPTIONS)) {
        add_relay_information(variables, rai);
    }
}

}  // namespace

void add_query(core::Frame& frame, const Pkt4& query) {
    add_packet({frame, 0}, query);
    frame.add(Variable::KEA_QUERY4_TRANSACTION_ID,
              [&] { return std::to_string(query.getTransid()); });
    frame.add(Variable::KEA_QUERY4_CLIENT_CLASSES, [&] { return query.getClasses().toText(); });
}

void add_response(core::Frame& frame, const Pkt4& response) {
    add_packet({frame, kResponse4}, response);
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
    frame.add(Variable::KEA_LEASE4_IS_EXPIRED, [&] { return lease.expired() ? "1" : "0"; });
    frame.add(Variable::KEA_LEASE4_ADDRESS, [&] { return lease.addr_.toText(); });
    frame.add(Variable::KEA_LEASE4_HWADDR,
              [&] { return lease.hwaddr_ ? lease.hwaddr_->toText(false) : std::string(); });
    frame.add_text(Variable::KEA_LEASE4_HOSTNAME, lease.hostname_);
    frame.add(Variable::KEA_LEASE4_CLIENT_LAST_TRANSMISSION,
              [&] { return std::to_string(lease.cltt_); });
    frame.add(Variable::KEA_LEASE4_VALID_LIFETIME,
              [&] { return std::to_string(lease.valid_lft_); });
    frame.add(Variable::KEA_LEASE4_SUBNET_ID, [&] { return std::to_string(lease.subnet_id_); });
    frame.add(Variable::KEA_LEASE4_POOL_ID, [&] { return pool_id_of(lease); });
    frame.add(Variable::KEA_LEASE4_CLIENT_ID,
              [&] { return lease.client_id_ ? lease.client_id_->toText() : std::string(); });
}

}  // namespace kea_runscript
