// Every difference between releases of Kea that concerns us. Nothing else mentions a release.
#pragma once

#include <dhcpsrv/lease.h>
#include <dhcpsrv/lease_mgr_factory.h>
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

/// Whether the lease database tells what becomes of its leases.
constexpr bool kTellsChanges = RUNSCRIPT_KEA_RELEASE >= 20600;

/// What the lease database does to a lease.
enum class LeaseAct { Add, Update, Delete };

/// Has the lease database call `tell(act, lease)` after each change of a lease of this type, in the
/// thread that makes it, and with the database locked. It forgets that with each configuration.
template <typename Tell>
void follow_leases([[maybe_unused]] isc::dhcp::Lease::Type type, [[maybe_unused]] Tell tell) {
#if RUNSCRIPT_KEA_RELEASE >= 20600
    using Database = isc::dhcp::TrackingLeaseMgr;
    const auto follow = [&](Database::CallbackType callback, LeaseAct act) {
        isc::dhcp::LeaseMgrFactory::instance().registerCallback(
            callback, "runscript", type,
            [act, tell](const isc::dhcp::LeasePtr& lease) { tell(act, lease); });
    };
    follow(Database::TRACK_ADD_LEASE, LeaseAct::Add);
    follow(Database::TRACK_UPDATE_LEASE, LeaseAct::Update);
    follow(Database::TRACK_DELETE_LEASE, LeaseAct::Delete);
#endif
}

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
    // Before 3.0 a released lease shows only by its lifetime.
    return given && lease.valid_lft_ != 0 && !lease.expired();
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
