#pragma once

#include <dhcp/pkt4.h>
#include <dhcp/pkt6.h>
#include <dhcpsrv/lease.h>
#include <hooks/hooks.h>

#include <string>

#include "core/contract.h"
#include "kea/compat.h"

namespace kea_runscript {

/// What differs between the families, for code that is the same for both: types, names of hook
/// points and of their arguments, and variables.
struct Dhcp4 {
    using PacketPtr = isc::dhcp::Pkt4Ptr;
    using Lease = isc::dhcp::Lease4;
    using LeasePtr = isc::dhcp::Lease4Ptr;
    using LeasesPtr = isc::dhcp::Lease4CollectionPtr;
    using SubnetPtr = Subnet4Argument;
    static constexpr char kQuery[] = "query4";
    static constexpr char kResponse[] = "response4";
    static constexpr char kSubnet[] = "subnet4";
    static constexpr char kLease[] = "lease4";
    static constexpr char kLeases[] = "leases4";
    static constexpr char kDeleted[] = "deleted_leases4";
    static constexpr char kCommitted[] = "leases4_committed";
    static constexpr char kChanged[] = "lease4_changed";
    static constexpr char kReplay[] = "lease4_replay";
    static constexpr auto kResponseType = core::Variable::KEA_RESPONSE4_TYPE;
    static constexpr auto kSubnetText = core::Variable::KEA_SUBNET4;
    static constexpr auto kLeaseType = core::Variable::KEA_LEASE4_TYPE;
    static constexpr auto kChange = core::Variable::KEA_LEASE4_CHANGE;
    static constexpr auto kReused = core::Variable::KEA_LEASE4_REUSED;
    static constexpr auto kInterface = core::Variable::KEA_LEASE4_INTERFACE;
    static constexpr auto kNextHop = core::Variable::KEA_LEASE4_NEXT_HOP;
};

struct Dhcp6 {
    using PacketPtr = isc::dhcp::Pkt6Ptr;
    using Lease = isc::dhcp::Lease6;
    using LeasePtr = isc::dhcp::Lease6Ptr;
    using LeasesPtr = isc::dhcp::Lease6CollectionPtr;
    using SubnetPtr = Subnet6Argument;
    static constexpr char kQuery[] = "query6";
    static constexpr char kResponse[] = "response6";
    static constexpr char kSubnet[] = "subnet6";
    static constexpr char kLease[] = "lease6";
    static constexpr char kLeases[] = "leases6";
    static constexpr char kDeleted[] = "deleted_leases6";
    static constexpr char kCommitted[] = "leases6_committed";
    static constexpr char kChanged[] = "lease6_changed";
    static constexpr char kReplay[] = "lease6_replay";
    static constexpr auto kResponseType = core::Variable::KEA_RESPONSE6_TYPE;
    static constexpr auto kSubnetText = core::Variable::KEA_SUBNET6;
    static constexpr auto kLeaseType = core::Variable::KEA_LEASE6_TYPE;
    static constexpr auto kChange = core::Variable::KEA_LEASE6_CHANGE;
    static constexpr auto kReused = core::Variable::KEA_LEASE6_REUSED;
    static constexpr auto kInterface = core::Variable::KEA_LEASE6_INTERFACE;
    static constexpr auto kNextHop = core::Variable::KEA_LEASE6_NEXT_HOP;
};

/// An argument of a callout. Throws if it is missing or of another type.
template <typename T>
T argument(isc::hooks::CalloutHandle& handle, const char* name) {
    T value;
    handle.getArgument(name, value);
    return value;
}

/// What the events of a lease are ordered by, and named after in the log: its address or prefix.
std::string lease_key(const isc::dhcp::Lease4& lease);
std::string lease_key(const isc::dhcp::Lease6& lease);

/// Who sends a packet: the client identifier or DUID, else the hardware address, else the address
/// from which it comes. Hexadecimal, or the text of an address, so without spaces.
std::string client_of(const isc::dhcp::Pkt4& query);
std::string client_of(isc::dhcp::Pkt6& query);

/// The same as octets, which take less time to make: for comparing only.
std::string identity_of(const isc::dhcp::Pkt4& query);
std::string identity_of(isc::dhcp::Pkt6& query);

/// What a packet has in common with its repetitions, but not with other packets. `PacketPtr` is
/// Pkt4Ptr or Pkt6Ptr.
template <typename PacketPtr>
std::string transaction_of(const PacketPtr& query) {
    return std::to_string(query->getType()) + " " + std::to_string(query->getTransid()) + " " +
           identity_of(*query);
}

}  // namespace kea_runscript
