#pragma once

#include <hooks/hooks.h>

#include <vector>

#include "kea/dhcp.h"

namespace kea_runscript {

/// At leases*_committed: the leases that the reply acknowledges though Kea has not written them,
/// because they are young (`cache-threshold`). They are not among the `written` ones.
/// `renewed`: what lease4_renew of the same packet had. Kea tells nothing like it for IPv6: there
/// the reply's leases are looked up, which no release before 3.0 allows.
std::vector<isc::dhcp::Lease4Ptr> reused_leases(isc::hooks::CalloutHandle& handle,
                                                const isc::dhcp::Lease4Collection& written,
                                                const std::vector<isc::dhcp::Lease4Ptr>& renewed);
std::vector<isc::dhcp::Lease6Ptr> reused_leases(isc::hooks::CalloutHandle& handle,
                                                const isc::dhcp::Lease6Collection& written,
                                                const std::vector<isc::dhcp::Lease6Ptr>& renewed);

}  // namespace kea_runscript
