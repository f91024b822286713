#include "kea/lease_events.h"

#include <memory>
#include <string>
#include <vector>

#include "core/frame.h"
#include "kea/delivery.h"
#include "kea/hook.h"
#include "kea/packet_notes.h"
#include "kea/variables4.h"
#include "kea/variables6.h"

namespace kea_runscript {

using core::Event;
using core::Frame;
using core::HookPoint;
using isc::hooks::CalloutHandle;

namespace {

/// The names of the variables that only some hook points have.
template <typename Dhcp>
struct Names;
template <>
struct Names<Dhcp4> {
    static constexpr auto kChange = core::Variable::KEA_LEASE4_CHANGE;
    static constexpr auto kReused = core::Variable::KEA_LEASE4_REUSED;
    static constexpr auto kInterface = core::Variable::KEA_LEASE4_INTERFACE;
    static constexpr auto kNextHop = core::Variable::KEA_LEASE4_NEXT_HOP;
};
template <>
struct Names<Dhcp6> {
    static constexpr auto kChange = core::Variable::KEA_LEASE6_CHANGE;
    static constexpr auto kReused = core::Variable::KEA_LEASE6_REUSED;
    static constexpr auto kInterface = core::Variable::KEA_LEASE6_INTERFACE;
    static constexpr auto kNextHop = core::Variable::KEA_LEASE6_NEXT_HOP;
};

template <typename Dhcp>
void add_place(Frame& frame, const Place& place) {
    frame.add_text(Names<Dhcp>::kInterface, place.interface);
    frame.add_text(Names<Dhcp>::kNextHop, place.next_hop);
}

void add_arguments(CalloutHandle& handle, const HookPoint& point, Frame& frame) {
    if (point.name == "lease4_renew") {
        add_subnet(frame, argument<Subnet4Argument>(handle, "subnet4"));
    }
}

std::unique_ptr<Event> make_event(const HookPoint& point, std::string key, const Frame& frame) {
    auto event = std::make_unique<Event>();
    event->point = &point;
    event->key = std::move(key);
    event->lines = frame.lines();
    return event;
}

/// The same one event for every entry that listens at the hook point.
std::vector<Delivery> one_event(const HookPoint& point, const std::string& key,
                                const Frame& frame) {
    std::vector<Delivery> deliveries;
    for (Entry* entry : hook->listeners(point)) {
        Delivery& delivery = deliveries.emplace_back(Delivery{entry, {}});
        delivery.events.push_back(make_event(point, key, frame));
    }
    return deliveries;
}

}  // namespace

template <typename Dhcp>
void on_committed(CalloutHandle& handle, const HookPoint& point) {
    const auto query = argument<typename Dhcp::PacketPtr>(handle, Dhcp::kQuery);
    std::vector<Delivery> deliveries;
    for (Entry* entry : hook->listeners(point)) {
        deliveries.push_back(Delivery{entry, {}});
    }
    for (const CommittedLease<Dhcp>& committed : committed_leases<Dhcp>(handle)) {
        Frame frame(point.variables);
        add_query(frame, *query);
        add_lease(frame, *committed.lease);
        frame.add_text(Names<Dhcp>::kChange, committed.change);
        frame.add_text(Names<Dhcp>::kReused, committed.reused ? "1" : "0");
        add_place<Dhcp>(frame, place_of(*query));
        const std::string key = lease_key(*committed.lease);
        const bool given = committed.change == "new" || committed.change == "renewed";
        for (Delivery& delivery : deliveries) {
            auto event = make_event(point, key, frame);
            event->place = reserved_place<Dhcp>(handle, *delivery.entry, key);
            if (given) {
                event->same_as = same_run(point, query);
            }
            delivery.events.push_back(std::move(event));
        }
    }
    deliver(handle, point, query, std::move(deliveries));
}

template <typename Dhcp>
void on_query(CalloutHandle& handle, const HookPoint& point) {
    if (hook->listeners(point).empty()) {
        return;
    }
    const auto query = argument<typename Dhcp::PacketPtr>(handle, Dhcp::kQuery);
    const auto lease = argument<typename Dhcp::LeasePtr>(handle, Dhcp::kLease);
    Frame frame(point.variables);
    add_query(frame, *query);
    add_arguments(handle, point, frame);
    add_lease(frame, *lease);
    add_place<Dhcp>(frame, place_of(*query));
    deliver(handle, point, one_event(point, lease_key(*lease), frame));
}

template <typename Dhcp>
void on_expire(CalloutHandle& handle, const HookPoint& point) {
    const auto lease = argument<typename Dhcp::LeasePtr>(handle, Dhcp::kLease);
    Frame frame(point.variables);
    add_lease(frame, *lease);
    add_place<Dhcp>(frame, hook->memory.recall(*lease));
    frame.add_text(core::Variable::KEA_REMOVE_LEASE,
                   argument<bool>(handle, "remove_lease") ? "1" : "0");
    deliver(handle, point, one_event(point, lease_key(*lease), frame));
}

template void on_committed<Dhcp4>(CalloutHandle&, const HookPoint&);
template void on_committed<Dhcp6>(CalloutHandle&, const HookPoint&);
template void on_query<Dhcp4>(CalloutHandle&, const HookPoint&);
template void on_query<Dhcp6>(CalloutHandle&, const HookPoint&);
template void on_expire<Dhcp4>(CalloutHandle&, const HookPoint&);
template void on_expire<Dhcp6>(CalloutHandle&, const HookPoint&);

}  // namespace kea_runscript
