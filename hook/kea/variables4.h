#pragma once

#include <dhcp/pkt4.h>
#include <dhcpsrv/lease.h>

#include "core/frame.h"
#include "kea/compat.h"

namespace kea_runscript {

/// Adds KEA_QUERY4_*, but no options that were asked for.
void add_query(core::Frame& frame, const isc::dhcp::Pkt4& query);

/// Adds KEA_RESPONSE4_*, likewise.
void add_response(core::Frame& frame, const isc::dhcp::Pkt4& response);

/// Adds KEA_SUBNET4 and KEA_SUBNET4_*, empty where there is no subnet.
void add_subnet(core::Frame& frame, const Subnet4Argument& subnet);

/// Adds KEA_LEASE4_*, as far as the lease itself tells them.
void add_lease(core::Frame& frame, const isc::dhcp::Lease4& lease);

}  // namespace kea_runscript
