#pragma once

#include <dhcpsrv/lease.h>
#include <hooks/hooks.h>

#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "kea/dhcp.h"
#include "kea/entry.h"

namespace kea_runscript {

struct Hook;
struct HeldChanges;

/// What becomes of leases, as Kea's lease database tells it: the events of lease4_changed and
/// lease6_changed.
///
/// The database tells it in the thread that changes the lease, which is one of Kea's that handle
/// packets, the main one, or one that listens to an HA partner. What an entry hears of the same
/// change by another hook point of the same packet, it does not hear twice: of that, the callouts
/// of the packet tell us here. All functions may be called from any thread.
class Changes {
public:
    /// Has the lease database tell its changes to the entries that listen, if any. To be called for
    /// each configuration, once its database is there.
    void follow(const Hook& hook);

    /// In a callout of a packet that may change leases from here on, in this thread: until its
    /// leases*_committed, what is told there as well waits for it.
    void take_up(isc::hooks::CalloutHandle& handle);

    /// In leases*_committed: it tells this entry of the lease. Returns the place in the order that
    /// the change itself has had; a null pointer if none waits.
    std::shared_ptr<core::Reservation> told(isc::hooks::CalloutHandle& handle, Entry& entry,
                                            const std::string& key);

    /// What waits of this lease goes before anything else that the packet tells of it.
    template <typename Lease>
    void give(isc::hooks::CalloutHandle& handle, const Lease& lease);

    /// The packet changes no more leases: what still waits goes.
    void put_down(isc::hooks::CalloutHandle& handle);

    /// In a callout that tells of a lease's end before Kea brings it about, after its events: the
    /// change that follows in this thread is no news to who listens there, and tells the others the
    /// lease as it was, of which Kea then wipes much.
    template <typename Dhcp>
    void foretell(isc::hooks::CalloutHandle& handle);

private:
    /// What a thread is about.
    struct Hand {
        std::weak_ptr<HeldChanges> packet;  // expires with the packet
        const core::HookPoint* foretold_at = nullptr;
        isc::dhcp::LeasePtr foretold;
    };

    template <typename Dhcp>
    void follow_types(const Hook& hook, std::initializer_list<isc::dhcp::Lease::Type> types);
    template <typename Dhcp>
    void on_change(LeaseAct act, const typename Dhcp::LeasePtr& lease);

    Listeners listeners_;
    bool holds_ = false;  // whether an entry hears of the same change in leases*_committed
    std::mutex mutex_;
    std::map<std::thread::id, Hand> hands_;
};

}  // namespace kea_runscript
