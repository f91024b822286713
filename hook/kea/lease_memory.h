#pragma once

#include <cc/data.h>
#include <dhcp/pkt4.h>
#include <dhcp/pkt6.h>
#include <dhcpsrv/lease.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/config.h"

namespace kea_runscript {

/// Where a client is reached.
struct Place {
    std::string interface;
    std::string next_hop;  ///< empty for an IPv4 client on the same link
};

/// Where this packet's client is.
Place place_of(const isc::dhcp::Pkt4& query);
Place place_of(const isc::dhcp::Pkt6& query);

/// Where clients were when their leases were stored, for events without a packet. It is kept in the
/// leases' own user-context, so that it outlives a restart and travels with them to an HA partner.
class LeaseMemory {
public:
    /// Whether any entry is to know places at hook points that have no packet.
    static bool wanted(const std::vector<core::Config>& configs);

    /// Without `wanted` nothing is written.
    explicit LeaseMemory(bool wanted) : wanted_(wanted) {}

    /// Knows the interfaces that the subnets of a server's configuration name.
    void configure(const isc::data::ConstElementPtr& server);

    /// Writes the client's place into its lease; returns whether that changed it.
    bool remember(isc::dhcp::Lease& lease, const Place& place) const;

    /// What the lease tells. An interface of another machine, or none, is replaced by the one that
    /// the lease's subnet names.
    Place recall(const isc::dhcp::Lease& lease) const;

private:
    void add_subnets(const isc::data::ConstElementPtr& parent, const std::string& inherited);

    const bool wanted_;
    std::map<std::uint32_t, std::string> interfaces_;  // by subnet
};

}  // namespace kea_runscript
