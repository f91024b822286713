#include "kea/lease_events.h"

#include <memory>
#include <string>
#include <vector>

#include "core/frame.h"
#include "kea/delivery.h"
#include "kea/hook.h"
#include "kea/variables4.h"
#include "kea/variables6.h"

namespace kea_runscript {

using core::Event;
using core::Frame;
using core::HookPoint;
using isc::hooks::CalloutHandle;

struct Dhcp4 {
    using PacketPtr = isc::dhcp::Pkt4Ptr;
    using LeasePtr = isc::dhcp::Lease4Ptr;
    using LeasesPtr = isc::dhcp::Lease4CollectionPtr;
    static constexpr char kQuery[] = "query4";
    static constexpr char kLease[] = "lease4";
    static constexpr char kLeases[] = "leases4";
    static constexpr char kDeleted[] = "deleted_leases4";
    static constexpr auto kChange = core::Variable::KEA_LEASE4_CHANGE;

    static std::string key(const isc::dhcp::Lease4& lease) { return lease.addr_.toText(); }
    static void add_arguments(CalloutHandle& handle, const HookPoint& point, Frame& frame) {
        if (point.name == "lease4_renew") {
            Subnet4Argument subnet;
            handle.getArgument("subnet4", subnet);
            add_subnet(frame, subnet);
        }
    }
};

struct Dhcp6 {
    using PacketPtr = isc::dhcp::Pkt6Ptr;
    using LeasePtr = isc::dhcp::Lease6Ptr;
    using LeasesPtr = isc::dhcp::Lease6CollectionPtr;
    static constexpr char kQuery[] = "query6";
    static constexpr char kLease[] = "lease6";
    static constexpr char kLeases[] = "leases6";
    static constexpr char kDeleted[] = "deleted_leases6";
    static constexpr auto kChange = core::Variable::KEA_LEASE6_CHANGE;

    static std::string key(const isc::dhcp::Lease6& lease) { return address_or_prefix(lease); }
    static void add_arguments(CalloutHandle&, const HookPoint&, Frame&) {}
};

namespace {

/// The callout context that tells leases*_committed of the same packet that a lease is new.
std::string new_lease_context(const std::string& key) {
    return "runscript-new " + key;
}

bool is_new(CalloutHandle& handle, const std::string& key) {
    bool selected = false;
    get_optional_context(handle, new_lease_context(key), selected);
    return selected;
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

template <typename T>
T argument(CalloutHandle& handle, const char* name) {
    T value;
    handle.getArgument(name, value);
    return value;
}

}  // namespace

template <typename Dhcp>
void on_select(CalloutHandle& handle) {
    if (argument<bool>(handle, "fake_allocation")) {
        return;
    }
    const auto lease = argument<typename Dhcp::LeasePtr>(handle, Dhcp::kLease);
    handle.setContext(new_lease_context(Dhcp::key(*lease)), true);
}

template <typename Dhcp>
void on_committed(CalloutHandle& handle, const HookPoint& point) {
    const auto query = argument<typename Dhcp::PacketPtr>(handle, Dhcp::kQuery);
    const auto leases = argument<typename Dhcp::LeasesPtr>(handle, Dhcp::kLeases);
    const auto deleted = argument<typename Dhcp::LeasesPtr>(handle, Dhcp::kDeleted);
    std::vector<Delivery> deliveries;
    for (Entry* entry : hook->listeners(point)) {
        deliveries.push_back(Delivery{entry, {}});
    }
    const auto add = [&](const typename Dhcp::LeasePtr& lease, const std::string& key,
                         const char* change) {
        Frame frame(point.variables);
        add_query(frame, *query);
        add_lease(frame, *lease);
        frame.add_text(Dhcp::kChange, change);
        add_place(frame, *query);
        for (Delivery& delivery : deliveries) {
            delivery.events.push_back(make_event(point, key, frame));
        }
    };
    for (const auto& lease : *deleted) {
        add(lease, Dhcp::key(*lease), "deleted");
    }
    for (const auto& lease : *leases) {
        const std::string key = Dhcp::key(*lease);
        const bool declined = lease->state_ == isc::dhcp::Lease::STATE_DECLINED;
        add(lease, key, declined ? "declined" : is_new(handle, key) ? "new" : "renewed");
    }
    deliver(handle, point, query, std::move(deliveries));
}

template <typename Dhcp>
void on_query(CalloutHandle& handle, const HookPoint& point) {
    const auto query = argument<typename Dhcp::PacketPtr>(handle, Dhcp::kQuery);
    const auto lease = argument<typename Dhcp::LeasePtr>(handle, Dhcp::kLease);
    Frame frame(point.variables);
    add_query(frame, *query);
    Dhcp::add_arguments(handle, point, frame);
    add_lease(frame, *lease);
    add_place(frame, *query);
    deliver(handle, point, one_event(point, Dhcp::key(*lease), frame));
}

template <typename Dhcp>
void on_expire(CalloutHandle& handle, const HookPoint& point) {
    const auto lease = argument<typename Dhcp::LeasePtr>(handle, Dhcp::kLease);
    Frame frame(point.variables);
    add_lease(frame, *lease);
    frame.add_text(core::Variable::KEA_REMOVE_LEASE,
                   argument<bool>(handle, "remove_lease") ? "1" : "0");
    deliver(handle, point, one_event(point, Dhcp::key(*lease), frame));
}

template void on_select<Dhcp4>(CalloutHandle&);
template void on_select<Dhcp6>(CalloutHandle&);
template void on_committed<Dhcp4>(CalloutHandle&, const HookPoint&);
template void on_committed<Dhcp6>(CalloutHandle&, const HookPoint&);
template void on_query<Dhcp4>(CalloutHandle&, const HookPoint&);
template void on_query<Dhcp6>(CalloutHandle&, const HookPoint&);
template void on_expire<Dhcp4>(CalloutHandle&, const HookPoint&);
template void on_expire<Dhcp6>(CalloutHandle&, const HookPoint&);

}  // namespace kea_runscript
