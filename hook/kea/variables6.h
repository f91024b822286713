#pragma once

#include <dhcp/pkt6.h>
#include <dhcpsrv/lease.h>

#include <cstddef>
#include <string>

#include "core/frame.h"
#include "kea/compat.h"

namespace kea_runscript {

/// Adds KEA_QUERY6_*, but neither relays nor options that were asked for.
void add_query(core::Frame& frame, isc::dhcp::Pkt6& query);

/// Adds KEA_QUERY6_RELAY<n>_* of every relay of a packet, which may be null. Of the first `filled`
/// relays all variables are added, empty where there is nothing.
void add_relays(core::Frame& frame, const isc::dhcp::Pkt6* query, std::size_t filled);

/// Adds KEA_RESPONSE6_*, but no options that were asked for.
void add_response(core::Frame& frame, isc::dhcp::Pkt6& response);

/// Adds KEA_SUBNET6 and KEA_SUBNET6_*, empty where there is no subnet.
void add_subnet(core::Frame& frame, const Subnet6Argument& subnet);

/// Adds KEA_LEASE6_*, as far as the lease itself tells them.
void add_lease(core::Frame& frame, const isc::dhcp::Lease6& lease);

}  // namespace kea_runscript
