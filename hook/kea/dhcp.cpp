#include "kea/dhcp.h"

#include <dhcp/dhcp4.h>
#include <dhcp/dhcp6.h>

#include "kea/options.h"

namespace kea_runscript {

std::string lease_key(const isc::dhcp::Lease4& lease) {
    return lease.addr_.toText();
}

std::string lease_key(const isc::dhcp::Lease6& lease) {
    const std::string address = lease.addr_.toText();
    return lease.type_ == isc::dhcp::Lease::TYPE_PD
               ? address + "/" + std::to_string(lease.prefixlen_)
               : address;
}

std::string client_of(const isc::dhcp::Pkt4& query) {
    if (const auto identifier =
            find_option(query.options_, isc::dhcp::DHO_DHCP_CLIENT_IDENTIFIER)) {
        return identifier->toHexString();
    }
    const isc::dhcp::HWAddrPtr hwaddr = query.getHWAddr();
    return hwaddr && !hwaddr->hwaddr_.empty() ? hwaddr->toText(false)
                                              : query.getRemoteAddr().toText();
}

std::string client_of(isc::dhcp::Pkt6& query) {
    if (const isc::dhcp::DuidPtr duid = query.getClientId()) {
        return duid->toText();
    }
    const isc::dhcp::HWAddrPtr hwaddr = query.getMAC(isc::dhcp::HWAddr::HWADDR_SOURCE_ANY);
    return hwaddr ? hwaddr->toText(false) : query.getRemoteAddr().toText();
}

std::string transaction_of(isc::dhcp::Pkt4& query) {
    return std::to_string(query.getType()) + " " + std::to_string(query.getTransid()) + " " +
           client_of(query);
}

std::string transaction_of(isc::dhcp::Pkt6& query) {
    return std::to_string(query.getType()) + " " + std::to_string(query.getTransid()) + " " +
           client_of(query);
}

}  // namespace kea_runscript
