#include "kea/events.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "kea/delivery.h"
#include "kea/facts.h"
#include "kea/hook.h"
#include "kea/isc.h"
#include "kea/packet_notes.h"

namespace kea_runscript {

using isc::hooks::CalloutHandle;

namespace {

constexpr char kInUse[] = "offer_address_in_use";

void add_nothing(const Entry&, core::Event&) {}

/// Adds events for one lease, or for a packet without any, to the entries that they concern. What
/// only some hook points say of an event is added by `complete(entry, event)`.
template <typename Dhcp, typename Complete>
void add_events(CalloutHandle& handle, std::vector<Delivery>& deliveries,
                const core::HookPoint& point, const Facts<Dhcp>& facts, Complete complete) {
    for (Delivery& delivery : deliveries) {
        Entry& entry = *delivery.entry;
        if (!concerns(entry, facts)) {
            continue;
        }
        const bool isc = entry.config().variables == core::Dialect::Isc;
        // ISC's hook runs once for all leases, and for none as well.
        const bool nothing =
            isc ? !delivery.events.empty() : point.has(Dhcp::kLeaseType) && !facts.lease;
        if (nothing) {
            continue;
        }
        auto event = isc ? make_isc_event(handle, point) : make_event(entry, point, facts);
        if (event) {
            complete(entry, *event);
            delivery.events.push_back(std::move(event));
        }
    }
}

std::vector<Delivery> deliveries_to(const Listeners& listeners) {
    std::vector<Delivery> deliveries;
    deliveries.reserve(listeners.entries.size());
    for (Entry* entry : listeners.entries) {
        deliveries.push_back({entry, {}});
    }
    return deliveries;
}

}  // namespace

template <typename Dhcp>
void on_event(CalloutHandle& handle, const Listeners& listeners) {
    auto deliveries = deliveries_to(listeners);
    const Facts<Dhcp> facts = read_facts<Dhcp>(handle, *listeners.point);
    if (facts.lease) {
        // Else this packet could come to wait for itself.
        hook->changes.give(handle, *facts.lease);
    }
    add_events(handle, deliveries, *listeners.point, facts, add_nothing);
    deliver(handle, *listeners.point, std::move(deliveries));
}

template <typename Dhcp>
void on_committed(CalloutHandle& handle, const Listeners& listeners) {
    auto deliveries = deliveries_to(listeners);
    Facts<Dhcp> facts;
    handle.getArgument(Dhcp::kQuery, facts.query);
    const auto leases = committed_leases<Dhcp>(handle);
    if (leases.empty()) {
        add_events(handle, deliveries, *listeners.point, facts, add_nothing);
    }
    for (const CommittedLease<Dhcp>& committed : leases) {
        facts.lease = committed.lease;
        facts.change = committed.change;
        facts.reused = committed.reused;
        const bool given = committed.change == "new" || committed.change == "renewed";
        // What replaces a deleted lease comes after that, though Kea has stored it before.
        const bool replaces = given && leases.front().change == "deleted";
        add_events(handle, deliveries, *listeners.point, facts,
                   [&](Entry& entry, core::Event& event) {
                       const auto changed = hook->changes.told(handle, entry, event.key);
                       event.place = reserved_place<Dhcp>(handle, entry, event.key);
                       if (!event.place && !replaces) {
                           event.place = changed;
                       }
                       // A run of ISC's shape is of all the packet's leases, not of this one.
                       if (given && entry.config().variables == core::Dialect::Kea) {
                           event.same_as = same_run(*listeners.point, facts.query);
                       }
                   });
    }
    hook->changes.put_down(handle);
    deliver(handle, *listeners.point, facts.query, std::move(deliveries));
}

void on_offer(CalloutHandle& handle, const Listeners& listeners) {
    auto deliveries = deliveries_to(listeners);
    Facts<Dhcp4> facts;
    handle.getArgument(Dhcp4::kQuery, facts.query);
    for (const auto& lease : *argument<isc::dhcp::Lease4CollectionPtr>(handle, Dhcp4::kLeases)) {
        facts.lease = lease;
        add_events(handle, deliveries, *listeners.point, facts, add_nothing);
    }
    hook->changes.put_down(handle);
    // When the packet goes on, Kea asks for this, and complains where nobody has said it.
    const auto arguments = handle.getArgumentNames();
    if (std::find(arguments.begin(), arguments.end(), kInUse) == arguments.end()) {
        handle.setArgument(kInUse, false);
    }
    deliver(handle, *listeners.point, facts.query, std::move(deliveries));
}

template void on_event<Dhcp4>(CalloutHandle&, const Listeners&);
template void on_event<Dhcp6>(CalloutHandle&, const Listeners&);
template void on_committed<Dhcp4>(CalloutHandle&, const Listeners&);
template void on_committed<Dhcp6>(CalloutHandle&, const Listeners&);

}  // namespace kea_runscript
