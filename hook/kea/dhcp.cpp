#include "kea/dhcp.h"

#include <dhcp/dhcp4.h>
#include <dhcp/dhcp6.h>
#include <dhcp/option.h>

#include <vector>

namespace kea_runscript {

namespace {

std::string text_of(const std::vector<std::uint8_t>& octets) {
    return {octets.begin(), octets.end()};
}

}  // namespace

std::string lease_key(const isc::dhcp::Lease4& lease) {
    return lease.addr_.toText();
}

std::string lease_key(const isc::dhcp::Lease6& lease) {
    const std::string address = lease.addr_.toText();
    return lease.type_ == isc::dhcp::Lease::TYPE_PD
               ? address + "/" + std::to_string(lease.prefixlen_)
               : address;
}

std::string client_of(isc::dhcp::Pkt4& query) {
    if (const auto identifier = query.getOption(isc::dhcp::DHO_DHCP_CLIENT_IDENTIFIER)) {
        return "identifier " + text_of(identifier->getData());
    }
    const isc::dhcp::HWAddrPtr hwaddr = query.getHWAddr();
    return "hwaddr " + (hwaddr ? text_of(hwaddr->hwaddr_) : "");
}

std::string client_of(isc::dhcp::Pkt6& query) {
    const isc::dhcp::DuidPtr duid = query.getClientId();
    return duid ? text_of(duid->getDuid()) : "";
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
