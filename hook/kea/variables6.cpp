// Names and text forms are those of the older hook; where a text comes from Kea, Kea's own function
// makes it.
#include "kea/variables6.h"

#include <dhcp/dhcp6.h>
#include <dhcp/duid.h>

#include <algorithm>
#include <string>
#include <utility>

#include "kea/dhcp.h"
#include "kea/options.h"
#include "kea/packet_variables.h"

namespace kea_runscript {

using core::Variable;
using isc::dhcp::Lease;
using isc::dhcp::Lease6;
using isc::dhcp::Pkt6;

namespace {

constexpr std::size_t kResponse6 =
    distance(Variable::KEA_QUERY6_TYPE, Variable::KEA_RESPONSE6_TYPE);
static_assert(kResponse6 == distance(Variable::KEA_QUERY6_DUID, Variable::KEA_RESPONSE6_DUID));

void add_packet(PacketVariables variables, Pkt6& packet) {
    variables.add_text(Variable::KEA_QUERY6_TYPE, packet.getName());
    variables.add(Variable::KEA_QUERY6_INTERFACE, [&] { return packet.getIface(); });
    variables.add(Variable::KEA_QUERY6_IFINDEX, [&] { return std::to_string(packet.getIndex()); });
    variables.add_hwaddr(Variable::KEA_QUERY6_HWADDR, Variable::KEA_QUERY6_HWADDR_TYPE,
                         Variable::KEA_QUERY6_HWADDR_SOURCE,
                         [&] { return packet.getMAC(isc::dhcp::HWAddr::HWADDR_SOURCE_ANY); });
    variables.add(Variable::KEA_QUERY6_LOCAL_ADDRESS,
                  [&] { return packet.getLocalAddr().toText(); });
    variables.add(Variable::KEA_QUERY6_LOCAL_PORT,
                  [&] { return std::to_string(packet.getLocalPort()); });
    variables.add(Variable::KEA_QUERY6_REMOTE_ADDRESS,
                  [&] { return packet.getRemoteAddr().toText(); });
    variables.add(Variable::KEA_QUERY6_REMOTE_PORT,
                  [&] { return std::to_string(packet.getRemotePort()); });
    variables.add(Variable::KEA_QUERY6_LABEL, [&] { return packet.getLabel(); });
    variables.add(Variable::KEA_QUERY6_TRANSACTION_ID,
                  [&] { return std::to_string(packet.getTransid()); });
    variables.add(Variable::KEA_QUERY6_DUID, [&] {
        const isc::dhcp::DuidPtr duid = packet.getClientId();
        return duid ? duid->toText() : std::string();
    });
}

void add_relay(core::Frame& frame, std::size_t number, const Pkt6::RelayInfo* relay, bool filled) {
    const std::string prefix = "KEA_QUERY6_RELAY" + std::to_string(number);
    const auto add = [&](Variable variable, const char* name, const auto& make) {
        if (frame.wants(variable)) {
            frame.add(prefix + name, relay ? make() : std::string());
        }
    };
    const auto add_option = [&](Variable variable, const char* name, std::uint16_t code) {
        const auto option = relay ? find_option(relay->options_, code) : nullptr;
        if (frame.wants(variable) && (option || filled)) {
            frame.add(prefix + name, option ? option->toHexString() : std::string());
        }
    };
    add(Variable::KEA_QUERY6_RELAY_N_LINK_ADDRESS, "_LINK_ADDRESS",
        [&] { return relay->linkaddr_.toText(); });
    add(Variable::KEA_QUERY6_RELAY_N_PEER_ADDRESS, "_PEER_ADDRESS",
        [&] { return relay->peeraddr_.toText(); });
    add_option(Variable::KEA_QUERY6_RELAY_N_INTERFACE_ID, "_INTERFACE_ID", D6O_INTERFACE_ID);
    add_option(Variable::KEA_QUERY6_RELAY_N_REMOTE_ID, "_REMOTE_ID", D6O_REMOTE_ID);
    add_option(Variable::KEA_QUERY6_RELAY_N_SUBSCRIBER_ID, "_SUBSCRIBER_ID", D6O_SUBSCRIBER_ID);
}

}  // namespace

void add_query(core::Frame& frame, Pkt6& query) {
    add_packet({frame, 0}, query);
    frame.add(Variable::KEA_QUERY6_CLIENT_CLASSES, [&] { return query.getClasses().toText(); });
    frame.add(Variable::KEA_QUERY6_RELAY_COUNT,
              [&] { return std::to_string(query.relay_info_.size()); });
}

void add_relays(core::Frame& frame, const Pkt6* query, std::size_t filled) {
    const std::size_t relays = query ? query->relay_info_.size() : 0;
    for (std::size_t i = 0; i < std::max(relays, filled); ++i) {
        add_relay(frame, i, i < relays ? &query->relay_info_[i] : nullptr, i < filled);
    }
}

void add_response(core::Frame& frame, Pkt6& response) {
    add_packet({frame, kResponse6}, response);
}

void add_subnet(core::Frame& frame, const Subnet6Argument& subnet) {
    frame.add(Variable::KEA_SUBNET6, [&] { return subnet ? subnet->toText() : std::string(); });
    frame.add(Variable::KEA_SUBNET6_PREFIX,
              [&] { return subnet ? subnet->get().first.toText() : std::string(); });
    frame.add(Variable::KEA_SUBNET6_PREFIXLEN,
              [&] { return subnet ? std::to_string(subnet->get().second) : std::string(); });
}

void add_lease(core::Frame& frame, const Lease6& lease) {
    frame.add(Variable::KEA_LEASE6_TYPE, [&] { return Lease::typeToText(lease.type_); });
    frame.add(Variable::KEA_LEASE6_STATE, [&] { return Lease6::basicStatesToText(lease.state_); });
    frame.add(Variable::KEA_LEASE6_IS_EXPIRED, [&] { return lease.expired() ? "1" : "0"; });
    frame.add(Variable::KEA_LEASE6_ADDRESS, [&] { return lease.addr_.toText(); });
    if (lease.type_ == Lease::TYPE_PD) {
        frame.add(Variable::KEA_LEASE6_DELEGATED_PREFIX, [&] { return lease_key(lease); });
        frame.add(Variable::KEA_LEASE6_DELEGATED_PREFIXLEN,
                  [&] { return std::to_string(lease.prefixlen_); });
    }
    frame.add(Variable::KEA_LEASE6_HWADDR,
              [&] { return lease.hwaddr_ ? lease.hwaddr_->toText(false) : std::string(); });
    frame.add_text(Variable::KEA_LEASE6_HOSTNAME, lease.hostname_);
    frame.add(Variable::KEA_LEASE6_CLIENT_DUID,
              [&] { return lease.duid_ ? lease.duid_->toText() : std::string(); });
    frame.add(Variable::KEA_LEASE6_CLIENT_LAST_TRANSMISSION,
              [&] { return std::to_string(lease.cltt_); });
    frame.add(Variable::KEA_LEASE6_VALID_LIFETIME,
              [&] { return std::to_string(lease.valid_lft_); });
    frame.add(Variable::KEA_LEASE6_PREFERRED_LIFETIME,
              [&] { return std::to_string(lease.preferred_lft_); });
    frame.add(Variable::KEA_LEASE6_IAID, [&] { return std::to_string(lease.iaid_); });
    frame.add(Variable::KEA_LEASE6_SUBNET_ID, [&] { return std::to_string(lease.subnet_id_); });
    frame.add(Variable::KEA_LEASE6_POOL_ID, [&] { return pool_id_of(lease); });
}

}  // namespace kea_runscript
