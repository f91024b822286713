// Every difference between releases of Kea that concerns us. Nothing else mentions a release.
#pragma once

#include <dhcpsrv/lease.h>
#include <dhcpsrv/subnet.h>
#include <hooks/hooks.h>

#include <string>

namespace kea_runscript {

// KEA_HOOKS_VERSION is a constant of the headers, RUNSCRIPT_KEA_RELEASE what the build was asked
// for: the package's name, its dependency and its contents must agree.
static_assert(KEA_HOOKS_VERSION == RUNSCRIPT_KEA_RELEASE,
              "the installed headers of Kea are of another release than KEA_RELEASE names");

/// The exact types of the arguments "subnet4" and "subnet6"; any other is refused at run time.
#if RUNSCRIPT_KEA_RELEASE >= 20705
using Subnet4Argument = isc::dhcp::ConstSubnet4Ptr;
using Subnet6Argument = isc::dhcp::ConstSubnet6Ptr;
#else
using Subnet4Argument = isc::dhcp::Subnet4Ptr;
using Subnet6Argument = isc::dhcp::Subnet6Ptr;
#endif

/// Whether leases6_committed tells the reply, in which alone a lease shows that was not written.
constexpr bool kTellsReply = RUNSCRIPT_KEA_RELEASE >= 30000;

/// Number of the pool that a lease is from; empty where Kea numbers no pools.
inline std::string pool_id_of([[maybe_unused]] const isc::dhcp::Lease& lease) {
#if RUNSCRIPT_KEA_RELEASE >= 20600
    return std::to_string(lease.pool_id_);
#else
    return {};
#endif
}

/// Whether the lease's client may use it now.
inline bool is_active(const isc::dhcp::Lease& lease) {
#if RUNSCRIPT_KEA_RELEASE >= 30000
    const bool given = lease.state_ == isc::dhcp::Lease::STATE_DEFAULT ||
                       lease.state_ == isc::dhcp::Lease::STATE_REGISTERED;
#else
    const bool given = lease.state_ == isc::dhcp::Lease::STATE_DEFAULT;
#endif
    return given && !lease.expired();
}

/// Reads a callout context of this packet; leaves `value` alone where nobody has set it.
template <typename T>
void get_optional_context(isc::hooks::CalloutHandle& handle, const std::string& name, T& value) {
#if RUNSCRIPT_KEA_RELEASE >= 20600
    handle.getOptionalContext(name, value);
#else
    try {
        handle.getContext(name, value);
    } catch (const isc::hooks::NoSuchCalloutContext&) {
    }
#endif
}

}  // namespace kea_runscript
