#include "kea/dhcp.h"

#include <dhcp/dhcp4.h>
#include <dhcp/dhcp6.h>

#include <cstdint>
#include <vector>

#include "kea/options.h"

namespace kea_runscript {

namespace {

std::string octets(const std::vector<std::uint8_t>& data) {
    return {data.begin(), data.end()};
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

std::string identity_of(const isc::dhcp::Pkt4& query) {
    if (const auto identifier =
            find_option(query.options_, isc::dhcp::DHO_DHCP_CLIENT_IDENTIFIER)) {
        return "i" + octets(identifier->getData());
    }
    const isc::dhcp::HWAddrPtr hwaddr = query.getHWAddr();
    return hwaddr && !hwaddr->hwaddr_.empty() ? "h" + octets(hwaddr->hwaddr_) : client_of(query);
}

std::string identity_of(isc::dhcp::Pkt6& query) {
    const auto identifier = find_option(query.options_, D6O_CLIENTID);
    return identifier ? "i" + octets(identifier->getData()) : client_of(query);
}

}  // namespace kea_runscript
