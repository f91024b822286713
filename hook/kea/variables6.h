#pragma once

#include <dhcp/pkt6.h>
#include <dhcpsrv/lease.h>

#include "core/frame.h"

namespace kea_runscript {

/// Adds KEA_QUERY6_*.
void add_query(core::Frame& frame, isc::dhcp::Pkt6& query);

/// Adds KEA_LEASE6_*, as far as the lease itself tells them.
void add_lease(core::Frame& frame, const isc::dhcp::Lease6& lease);

}  // namespace kea_runscript
