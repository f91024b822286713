// Names and text forms are those of the older hook; where a text comes from Kea, Kea's own function
// makes it.
#include "kea/variables6.h"

#include <dhcp/duid.h>

#include <string>

namespace kea_runscript {

using isc::dhcp::Lease;
using isc::dhcp::Lease6;
using isc::dhcp::Pkt6;

namespace {

constexpr char kQuery[] = "KEA_QUERY6_";
constexpr char kLease[] = "KEA_LEASE6_";

}  // namespace

void add_query(core::Frame& frame, Pkt6& query) {
    frame.add(kQuery, "TYPE", query.getName());
    frame.add(kQuery, "INTERFACE", query.getIface());
    frame.add(kQuery, "IFINDEX", std::to_string(query.getIndex()));
    const isc::dhcp::HWAddrPtr hwaddr = query.getMAC(isc::dhcp::HWAddr::HWADDR_SOURCE_ANY);
    frame.add(kQuery, "HWADDR", hwaddr ? hwaddr->toText(false) : "");
    frame.add(kQuery, "HWADDR_TYPE", hwaddr ? std::to_string(hwaddr->htype_) : "");
    frame.add(kQuery, "HWADDR_SOURCE", hwaddr ? std::to_string(hwaddr->source_) : "");
    frame.add(kQuery, "LOCAL_ADDRESS", query.getLocalAddr().toText());
    frame.add(kQuery, "LOCAL_PORT", std::to_string(query.getLocalPort()));
    frame.add(kQuery, "REMOTE_ADDRESS", query.getRemoteAddr().toText());
    frame.add(kQuery, "REMOTE_PORT", std::to_string(query.getRemotePort()));
    frame.add(kQuery, "LABEL", query.getLabel());
    frame.add(kQuery, "TRANSACTION_ID", std::to_string(query.getTransid()));
    const isc::dhcp::DuidPtr duid = query.getClientId();
    frame.add(kQuery, "DUID", duid ? duid->toText() : "");
}

std::string address_or_prefix(const Lease6& lease) {
    const std::string address = lease.addr_.toText();
    return lease.type_ == Lease::TYPE_PD ? address + "/" + std::to_string(lease.prefixlen_)
                                         : address;
}

void add_lease(core::Frame& frame, const Lease6& lease) {
    frame.add(kLease, "TYPE", Lease::typeToText(lease.type_));
    frame.add(kLease, "STATE", Lease6::basicStatesToText(lease.state_));
    frame.add(kLease, "IS_EXPIRED", lease.expired() ? "1" : "0");
    frame.add(kLease, "ADDRESS", lease.addr_.toText());
    if (lease.type_ == Lease::TYPE_PD) {
        frame.add(kLease, "DELEGATED_PREFIX", address_or_prefix(lease));
        frame.add(kLease, "DELEGATED_PREFIXLEN", std::to_string(lease.prefixlen_));
    }
    frame.add(kLease, "HWADDR", lease.hwaddr_ ? lease.hwaddr_->toText(false) : "");
    frame.add(kLease, "HOSTNAME", lease.hostname_);
    frame.add(kLease, "CLIENT_DUID", lease.duid_ ? lease.duid_->toText() : "");
    frame.add(kLease, "CLIENT_LAST_TRANSMISSION", std::to_string(lease.cltt_));
    frame.add(kLease, "VALID_LIFETIME", std::to_string(lease.valid_lft_));
    frame.add(kLease, "PREFERRED_LIFETIME", std::to_string(lease.preferred_lft_));
    frame.add(kLease, "IAID", std::to_string(lease.iaid_));
}

void add_place(core::Frame& frame, Pkt6& query) {
    frame.add(kLease, "INTERFACE", query.getIface());
    // The packet's source: of a client on the same link its link-local address, else its relay's.
    frame.add(kLease, "NEXT_HOP", query.getRemoteAddr().toText());
}

}  // namespace kea_runscript
