#pragma once

#include <hooks/hooks.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "core/event.h"
#include "kea/dhcp.h"
#include "kea/entry.h"

namespace kea_runscript {

// What the callouts of one packet have to do besides their events, for its leases*_committed.
// `Dhcp` is Dhcp4 or Dhcp6.

/// The hook points that these notes need for what the entries ask for.
std::set<std::string_view> noted_points(const std::vector<core::Config>& configs,
                                        core::Family family);

/// At subnet*_select: the packet may change leases from here on.
void note_packet(isc::hooks::CalloutHandle& handle);

/// At lease*_select: where the client is goes into the lease; of IPv6, the lease is new.
template <typename Dhcp>
void note_selection(isc::hooks::CalloutHandle& handle);
template <>
void note_selection<Dhcp4>(isc::hooks::CalloutHandle& handle);
template <>
void note_selection<Dhcp6>(isc::hooks::CalloutHandle& handle);

/// At lease4_renew, lease6_renew and lease6_rebind: where the client is goes into the lease; of
/// IPv4, which lease the reply acknowledges, also if Kea uses the stored one again.
template <typename Dhcp>
void note_renewal(isc::hooks::CalloutHandle& handle);
template <>
void note_renewal<Dhcp4>(isc::hooks::CalloutHandle& handle);
template <>
void note_renewal<Dhcp6>(isc::hooks::CalloutHandle& handle);

/// At addr6_register: whether the lease is new; and where the client is goes into it.
void note_registration(isc::hooks::CalloutHandle& handle);

/// At lease*_release, after its own events: holds a place for the event of the lease's end. The
/// callouts of two packets can run in the opposite order of their commits.
template <typename Dhcp>
void note_release(isc::hooks::CalloutHandle& handle);

/// What note_release() holds for an entry and a lease; a null pointer if nothing.
template <typename Dhcp>
std::shared_ptr<core::Reservation> reserved_place(isc::hooks::CalloutHandle& handle,
                                                  const Entry& entry, const std::string& key);

/// At lease*_decline: the lease as it was.
template <typename Dhcp>
void note_decline(isc::hooks::CalloutHandle& handle);

/// At lease*_expire and lease4_server_decline: the lease as it was.
template <typename Dhcp>
void note_end(isc::hooks::CalloutHandle& handle);

/// One lease of a packet at leases*_committed.
template <typename Dhcp>
struct CommittedLease {
    typename Dhcp::LeasePtr lease;
    std::string_view change;  ///< of the variable KEA_LEASE*_CHANGE
    bool reused;              ///< Kea acknowledges the stored lease without writing it
};

/// At leases*_committed: every lease that has changed or is acknowledged, the deleted ones first.
template <typename Dhcp>
std::vector<CommittedLease<Dhcp>> committed_leases(isc::hooks::CalloutHandle& handle);

}  // namespace kea_runscript
