// Names and text forms are those of ISC's library; where a text comes from Kea, Kea's own function
// makes it.
#include "kea/isc_variables.h"

#include <dhcp/dhcp4.h>
#include <dhcp/option.h>

#include <utility>

namespace kea_runscript::isc_hook {

using core::Frame;
using isc::dhcp::HWAddrPtr;
using isc::dhcp::Lease4;
using isc::dhcp::Lease6;
using isc::dhcp::Option6IA;
using isc::dhcp::OptionPtr;
using isc::dhcp::Pkt4;
using isc::dhcp::Pkt6;
using isc::dhcp::Subnet4;

namespace {

/// One variable of a T: what its name ends with, and the text.
template <typename T>
using Variable = std::pair<const char*, std::string (*)(T&)>;

template <typename T>
std::string number(T value) {
    return std::to_string(value);
}

template <typename Pointer>
std::string text_of(const Pointer& identifier) {
    return identifier ? identifier->toText() : "";
}

std::string address_of(const HWAddrPtr& hwaddr) {
    return hwaddr ? hwaddr->toText(false) : "";
}

std::string type_of(const HWAddrPtr& hwaddr) {
    return hwaddr ? number(hwaddr->htype_) : "";
}

const Variable<Pkt4> kPacket4[] = {
    {"_TYPE", [](Pkt4& p) { return std::string(Pkt4::getName(p.getType())); }},
    {"_TXID", [](Pkt4& p) { return number(p.getTransid()); }},
    {"_LOCAL_ADDR", [](Pkt4& p) { return p.getLocalAddr().toText(); }},
    {"_LOCAL_PORT", [](Pkt4& p) { return number(p.getLocalPort()); }},
    {"_REMOTE_ADDR", [](Pkt4& p) { return p.getRemoteAddr().toText(); }},
    {"_REMOTE_PORT", [](Pkt4& p) { return number(p.getRemotePort()); }},
    {"_IFACE_INDEX", [](Pkt4& p) { return number(p.getIndex()); }},
    {"_IFACE_NAME", [](Pkt4& p) { return p.getIface(); }},
    {"_HOPS", [](Pkt4& p) { return number(p.getHops()); }},
    {"_SECS", [](Pkt4& p) { return number(p.getSecs()); }},
    {"_FLAGS", [](Pkt4& p) { return number(p.getFlags()); }},
    {"_CIADDR", [](Pkt4& p) { return p.getCiaddr().toText(); }},
    {"_SIADDR", [](Pkt4& p) { return p.getSiaddr().toText(); }},
    {"_YIADDR", [](Pkt4& p) { return p.getYiaddr().toText(); }},
    {"_GIADDR", [](Pkt4& p) { return p.getGiaddr().toText(); }},
    {"_RELAYED", [](Pkt4& p) { return std::string(p.isRelayed() ? "true" : "false"); }},
    {"_HWADDR", [](Pkt4& p) { return address_of(p.getHWAddr()); }},
    {"_HWADDR_TYPE", [](Pkt4& p) { return type_of(p.getHWAddr()); }},
    {"_LOCAL_HWADDR", [](Pkt4& p) { return address_of(p.getLocalHWAddr()); }},
    {"_LOCAL_HWADDR_TYPE", [](Pkt4& p) { return type_of(p.getLocalHWAddr()); }},
    {"_REMOTE_HWADDR", [](Pkt4& p) { return address_of(p.getRemoteHWAddr()); }},
    {"_REMOTE_HWADDR_TYPE", [](Pkt4& p) { return type_of(p.getRemoteHWAddr()); }},
};

const Variable<Pkt6> kPacket6[] = {
    {"_TYPE", [](Pkt6& p) { return std::string(Pkt6::getName(p.getType())); }},
    {"_TXID", [](Pkt6& p) { return number(p.getTransid()); }},
    {"_LOCAL_ADDR", [](Pkt6& p) { return p.getLocalAddr().toText(); }},
    {"_LOCAL_PORT", [](Pkt6& p) { return number(p.getLocalPort()); }},
    {"_REMOTE_ADDR", [](Pkt6& p) { return p.getRemoteAddr().toText(); }},
    {"_REMOTE_PORT", [](Pkt6& p) { return number(p.getRemotePort()); }},
    {"_IFACE_INDEX", [](Pkt6& p) { return number(p.getIndex()); }},
    {"_IFACE_NAME", [](Pkt6& p) { return p.getIface(); }},
    {"_REMOTE_HWADDR", [](Pkt6& p) { return address_of(p.getRemoteHWAddr()); }},
    {"_REMOTE_HWADDR_TYPE", [](Pkt6& p) { return type_of(p.getRemoteHWAddr()); }},
    {"_PROTO", [](Pkt6& p) { return std::string(p.getProto() == Pkt6::UDP ? "UDP" : "TCP"); }},
    {"_CLIENT_ID", [](Pkt6& p) { return text_of(p.getClientId()); }},
};

const Variable<const Subnet4> kSubnet4[] = {
    {"_ID", [](const Subnet4& s) { return number(s.getID()); }},
    {"_NAME", [](const Subnet4& s) { return s.toText(); }},
    {"_PREFIX", [](const Subnet4& s) { return s.get().first.toText(); }},
    {"_PREFIX_LEN", [](const Subnet4& s) { return number(s.get().second); }},
};

const Variable<const Lease4> kLease4[] = {
    {"_ADDRESS", [](const Lease4& l) { return l.addr_.toText(); }},
    {"_CLTT", [](const Lease4& l) { return number(l.cltt_); }},
    {"_HOSTNAME", [](const Lease4& l) { return l.hostname_; }},
    {"_HWADDR", [](const Lease4& l) { return address_of(l.hwaddr_); }},
    {"_HWADDR_TYPE", [](const Lease4& l) { return type_of(l.hwaddr_); }},
    {"_STATE", [](const Lease4& l) { return Lease4::statesToText(l.state_); }},
    {"_SUBNET_ID", [](const Lease4& l) { return number(l.subnet_id_); }},
    {"_VALID_LIFETIME", [](const Lease4& l) { return number(l.valid_lft_); }},
    {"_CLIENT_ID", [](const Lease4& l) { return text_of(l.client_id_); }},
};

const Variable<const Lease6> kLease6[] = {
    {"_ADDRESS", [](const Lease6& l) { return l.addr_.toText(); }},
    {"_CLTT", [](const Lease6& l) { return number(l.cltt_); }},
    {"_HOSTNAME", [](const Lease6& l) { return l.hostname_; }},
    {"_HWADDR", [](const Lease6& l) { return address_of(l.hwaddr_); }},
    {"_HWADDR_TYPE", [](const Lease6& l) { return type_of(l.hwaddr_); }},
    {"_STATE", [](const Lease6& l) { return Lease6::statesToText(l.state_); }},
    {"_SUBNET_ID", [](const Lease6& l) { return number(l.subnet_id_); }},
    {"_VALID_LIFETIME", [](const Lease6& l) { return number(l.valid_lft_); }},
    {"_DUID", [](const Lease6& l) { return text_of(l.duid_); }},
    {"_IAID", [](const Lease6& l) { return number(l.iaid_); }},
    {"_PREFERRED_LIFETIME", [](const Lease6& l) { return number(l.preferred_lft_); }},
    {"_PREFIX_LEN", [](const Lease6& l) { return number(l.prefixlen_); }},
    {"_TYPE", [](const Lease6& l) { return std::string(Lease6::typeToText(l.type_)); }},
};

const Variable<const Option6IA> kBinding[] = {
    {"_IAID", [](const Option6IA& ia) { return number(ia.getIAID()); }},
    {"_IA_TYPE", [](const Option6IA& ia) { return number(ia.getType()); }},
    {"_IA_T1", [](const Option6IA& ia) { return number(ia.getT1()); }},
    {"_IA_T2", [](const Option6IA& ia) { return number(ia.getT2()); }},
};

template <typename T, std::size_t size>
void add_all(Frame& frame, const std::string& name, T& of, const Variable<T> (&variables)[size]) {
    for (const auto& [end, text] : variables) {
        frame.add(name + end, text(of));
    }
}

}  // namespace

void add(Frame& frame, const std::string& name, Pkt4& packet) {
    add_all(frame, name, packet, kPacket4);
    const OptionPtr relay = packet.getOption(isc::dhcp::DHO_DHCP_AGENT_OPTIONS);
    if (!relay) {
        return;
    }
    frame.add(name + "_OPTION_82", relay->toHexString());
    for (const std::uint16_t code :
         {isc::dhcp::RAI_OPTION_AGENT_CIRCUIT_ID, isc::dhcp::RAI_OPTION_REMOTE_ID}) {
        if (const OptionPtr option = relay->getOption(code)) {
            frame.add(name + "_OPTION_82_SUB_OPTION_" + number(code), option->toHexString());
        }
    }
}

void add(Frame& frame, const std::string& name, Pkt6& packet) {
    add_all(frame, name, packet, kPacket6);
}

void add(Frame& frame, const std::string& name, const Subnet4& subnet) {
    add_all(frame, name, subnet, kSubnet4);
}

void add(Frame& frame, const std::string& name, const Lease4& lease) {
    add_all(frame, name, lease, kLease4);
}

void add(Frame& frame, const std::string& name, const Lease6& lease) {
    add_all(frame, name, lease, kLease6);
}

void add(Frame& frame, const std::string& name, const Option6IA& binding) {
    add_all(frame, name, binding, kBinding);
}

void add(Frame& frame, const std::string& name, const isc::dhcp::ClientIdPtr& client) {
    frame.add(name, text_of(client));
}

void add(Frame& frame, const std::string& name, const HWAddrPtr& hwaddr) {
    frame.add(name, address_of(hwaddr));
    frame.add(name + "_TYPE", type_of(hwaddr));
}

}  // namespace kea_runscript::isc_hook
