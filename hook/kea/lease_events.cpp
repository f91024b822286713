#include "kea/lease_events.h"

#include <exceptions/exceptions.h>

#include <memory>
#include <string>
#include <vector>

#include "core/frame.h"
#include "kea/hook.h"
#include "kea/messages.h"
#include "kea/variables4.h"
#include "kea/variables6.h"

namespace kea_runscript {

using core::Event;
using core::Frame;
using core::HookPoint;
using core::Verdict;
using isc::hooks::CalloutHandle;

struct Dhcp4 {
    using PacketPtr = isc::dhcp::Pkt4Ptr;
    using LeasePtr = isc::dhcp::Lease4Ptr;
    using LeasesPtr = isc::dhcp::Lease4CollectionPtr;
    static constexpr char kQuery[] = "query4";
    static constexpr char kLease[] = "lease4";
    static constexpr char kLeases[] = "leases4";
    static constexpr char kDeleted[] = "deleted_leases4";
    static constexpr char kChange[] = "KEA_LEASE4_CHANGE";

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
    static constexpr char kChange[] = "KEA_LEASE6_CHANGE";

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

template <typename T>
T argument(CalloutHandle& handle, const char* name) {
    T value;
    handle.getArgument(name, value);
    return value;
}

bool dropped_by_others(CalloutHandle& handle) {
    return handle.getStatus() == CalloutHandle::NEXT_STEP_DROP;
}

void apply(CalloutHandle& handle, const HookPoint& point, Verdict verdict) {
    if (verdict == Verdict::Continue || dropped_by_others(handle)) {
        return;
    }
    handle.setStatus(point.drop_as == Verdict::Skip ? CalloutHandle::NEXT_STEP_SKIP
                                                    : CalloutHandle::NEXT_STEP_DROP);
}

void block(CalloutHandle& handle, const HookPoint& point,
           std::vector<std::unique_ptr<Event>> events) {
    core::Engine& engine = hook->engine;
    const auto waiter = engine.make_waiter();
    const bool waits = engine.submit(std::move(events), waiter);
    apply(handle, point, waits ? engine.wait(*waiter) : engine.config().on_failure);
}

template <typename PacketPtr>
void park(CalloutHandle& handle, const HookPoint& point, const PacketPtr& query,
          std::vector<std::unique_ptr<Event>> events) {
    core::Engine& engine = hook->engine;
    Parking& parking = hook->parking;
    const core::Config& config = engine.config();
    if (parking.full()) {
        LOG_WARN(logger, RUNSCRIPT_PARKING_FULL)
            .arg(config.name)
            .arg(parking.size())
            .arg(query->getLabel());
        engine.submit(std::move(events), nullptr);
        apply(handle, point, config.on_failure);
        return;
    }
    std::uint64_t ticket = 0;
    try {
        ticket = parking.park(handle, query);
    } catch (const isc::InvalidOperation&) {
        // DHCPv4-over-DHCPv6 packets cannot be parked.
        block(handle, point, std::move(events));
        return;
    }
    const auto waiter = engine.make_waiter();
    // Not by `hook`: that is null already while unload() waits for the last scripts.
    waiter->on_settled = [ticket, label = query->getLabel(), &config, &parking](Verdict verdict) {
        if (verdict == Verdict::Drop) {
            LOG_WARN(logger, RUNSCRIPT_PACKET_DROPPED).arg(config.name).arg(label);
        }
        parking.settle(ticket, verdict);
    };
    if (engine.submit(std::move(events), waiter)) {
        handle.setStatus(CalloutHandle::NEXT_STEP_PARK);
    } else {
        parking.forget(ticket);
        apply(handle, point, config.on_failure);
    }
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
    std::vector<std::unique_ptr<Event>> events;
    const auto add = [&](const typename Dhcp::LeasePtr& lease, const std::string& key,
                         const char* change) {
        Frame frame;
        add_query(frame, *query);
        add_lease(frame, *lease);
        frame.add(Dhcp::kChange, change);
        add_place(frame, *query);
        events.push_back(make_event(point, key, frame));
    };
    for (const auto& lease : *deleted) {
        add(lease, Dhcp::key(*lease), "deleted");
    }
    for (const auto& lease : *leases) {
        const std::string key = Dhcp::key(*lease);
        const bool declined = lease->state_ == isc::dhcp::Lease::STATE_DECLINED;
        add(lease, key, declined ? "declined" : is_new(handle, key) ? "new" : "renewed");
    }
    if (events.empty()) {
        return;
    }
    if (!hook->engine.config().wait || dropped_by_others(handle)) {
        hook->engine.submit(std::move(events), nullptr);
    } else {
        park(handle, point, query, std::move(events));
    }
}

template <typename Dhcp>
void on_query(CalloutHandle& handle, const HookPoint& point) {
    const auto query = argument<typename Dhcp::PacketPtr>(handle, Dhcp::kQuery);
    const auto lease = argument<typename Dhcp::LeasePtr>(handle, Dhcp::kLease);
    Frame frame;
    add_query(frame, *query);
    Dhcp::add_arguments(handle, point, frame);
    add_lease(frame, *lease);
    add_place(frame, *query);
    std::vector<std::unique_ptr<Event>> events;
    events.push_back(make_event(point, Dhcp::key(*lease), frame));
    if (!hook->engine.config().wait || dropped_by_others(handle)) {
        hook->engine.submit(std::move(events), nullptr);
    } else {
        block(handle, point, std::move(events));
    }
}

template <typename Dhcp>
void on_expire(CalloutHandle& handle, const HookPoint& point) {
    const auto lease = argument<typename Dhcp::LeasePtr>(handle, Dhcp::kLease);
    Frame frame;
    add_lease(frame, *lease);
    frame.add("KEA_REMOVE_LEASE", argument<bool>(handle, "remove_lease") ? "1" : "0");
    std::vector<std::unique_ptr<Event>> events;
    events.push_back(make_event(point, Dhcp::key(*lease), frame));
    hook->engine.submit(std::move(events), nullptr);
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
