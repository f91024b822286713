// Names and text forms are those of the older hook; where a text comes from Kea, Kea's own function
// makes it.
#include "kea/variables6.h"

#include <dhcp/duid.h>

#include <string>

#include "kea/dhcp.h"

namespace kea_runscript {

using core::Variable;
using isc::dhcp::Lease;
using isc::dhcp::Lease6;
using isc::dhcp::Pkt6;

void add_query(core::Frame& frame, Pkt6& query) {
    frame.add_text(Variable::KEA_QUERY6_TYPE, query.getName());
    frame.add_text(Variable::KEA_QUERY6_INTERFACE, query.getIface());
    frame.add(Variable::KEA_QUERY6_IFINDEX, [&] { return std::to_string(query.getIndex()); });
    const isc::dhcp::HWAddrPtr hwaddr = query.getMAC(isc::dhcp::HWAddr::HWADDR_SOURCE_ANY);
    frame.add(Variable::KEA_QUERY6_HWADDR,
              [&] { return hwaddr ? hwaddr->toText(false) : std::string(); });
    frame.add(Variable::KEA_QUERY6_HWADDR_TYPE,
              [&] { return hwaddr ? std::to_string(hwaddr->htype_) : std::string(); });
    frame.add(Variable::KEA_QUERY6_HWADDR_SOURCE,
              [&] { return hwaddr ? std::to_string(hwaddr->source_) : std::string(); });
    frame.add(Variable::KEA_QUERY6_LOCAL_ADDRESS, [&] { return query.getLocalAddr().toText(); });
    frame.add(Variable::KEA_QUERY6_LOCAL_PORT,
              [&] { return std::to_string(query.getLocalPort()); });
    frame.add(Variable::KEA_QUERY6_REMOTE_ADDRESS, [&] { return query.getRemoteAddr().toText(); });
    frame.add(Variable::KEA_QUERY6_REMOTE_PORT,
              [&] { return std::to_string(query.getRemotePort()); });
    frame.add(Variable::KEA_QUERY6_LABEL, [&] { return query.getLabel(); });
    frame.add(Variable::KEA_QUERY6_TRANSACTION_ID,
              [&] { return std::to_string(query.getTransid()); });
    const isc::dhcp::DuidPtr duid = query.getClientId();
    frame.add(Variable::KEA_QUERY6_DUID, [&] { return duid ? duid->toText() : std::string(); });
}

void add_lease(core::Frame& frame, const Lease6& lease) {
    frame.add(Variable::KEA_LEASE6_TYPE, [&] { return Lease::typeToText(lease.type_); });
    frame.add(Variable::KEA_LEASE6_STATE, [&] { return Lease6::basicStatesToText(lease.state_); });
    frame.add_text(Variable::KEA_LEASE6_IS_EXPIRED, lease.expired() ? "1" : "0");
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
}

}  // namespace kea_runscript
