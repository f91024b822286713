#include "kea/delivery.h"

#include <dhcp/pkt4.h>
#include <dhcp/pkt6.h>
#include <exceptions/exceptions.h>

#include <mutex>
#include <string>
#include <utility>

#include "kea/dhcp.h"
#include "kea/hook.h"
#include "kea/messages.h"

namespace kea_runscript {

using core::HookPoint;
using core::Verdict;
using isc::hooks::CalloutHandle;

namespace {

bool dropped_by_others(CalloutHandle& handle) {
    return handle.getStatus() == CalloutHandle::NEXT_STEP_DROP;
}

void apply(CalloutHandle& handle, const HookPoint& point, Verdict verdict) {
    if (verdict == Verdict::Continue || dropped_by_others(handle)) {
        return;
    }
    // Not every release of Kea takes a DROP for a released prefix; a SKIP says the same.
    const bool drop =
        verdict == Verdict::Drop && point.honours_drop && point.name != "lease6_release";
    if (drop || point.honours_skip) {
        handle.setStatus(drop ? CalloutHandle::NEXT_STEP_DROP : CalloutHandle::NEXT_STEP_SKIP);
    }
}

/// Queues what nobody waits for, and leaves the rest.
void submit_unwaited(CalloutHandle& handle, const HookPoint& point,
                     std::vector<Delivery>& deliveries) {
    const bool nobody = point.waiting == core::Waiting::Never || dropped_by_others(handle);
    std::vector<Delivery> waited;
    for (Delivery& delivery : deliveries) {
        if (delivery.events.empty()) {
            continue;
        }
        if (nobody || !delivery.entry->config().wait) {
            delivery.entry->engine.submit(std::move(delivery.events), nullptr);
        } else {
            waited.push_back(std::move(delivery));
        }
    }
    deliveries.swap(waited);
}

void block(CalloutHandle& handle, const HookPoint& point, std::vector<Delivery> deliveries) {
    Verdict verdict = Verdict::Continue;
    std::vector<std::pair<core::Engine*, std::shared_ptr<core::Waiter>>> waiters;
    for (Delivery& delivery : deliveries) {
        core::Engine& engine = delivery.entry->engine;
        auto waiter = engine.make_waiter();
        if (engine.submit(std::move(delivery.events), waiter)) {
            waiters.emplace_back(&engine, std::move(waiter));
        } else {
            verdict = strictest(verdict, engine.config().on_failure);
        }
    }
    for (const auto& [engine, waiter] : waiters) {
        verdict = strictest(verdict, engine->wait(*waiter));
    }
    apply(handle, point, verdict);
}

/// The verdicts that a parked packet waits for: one of each entry, and the callout's own.
class Joint {
public:
    explicit Joint(std::size_t entries) : open_(entries + 1) {}

    /// Whether this was the last verdict; `verdict` becomes the strictest of all so far.
    bool settle(Verdict& verdict) {
        const std::lock_guard<std::mutex> lock(mutex_);
        verdict = verdict_ = strictest(verdict_, verdict);
        return --open_ == 0;
    }

private:
    std::mutex mutex_;
    std::size_t open_;
    Verdict verdict_ = Verdict::Continue;
};

template <typename PacketPtr>
void park(CalloutHandle& handle, const HookPoint& point, const PacketPtr& query,
          const std::string& transaction, std::vector<Delivery> deliveries) {
    Parking& parking = hook->parking;
    Verdict verdict = Verdict::Continue;
    if (parking.full()) {
        LOG_WARN(logger, RUNSCRIPT_PARKING_FULL)
            .arg(deliveries.front().entry->config().name)
            .arg(parking.size())
            .arg(query->getLabel());
        for (Delivery& delivery : deliveries) {
            delivery.entry->engine.submit(std::move(delivery.events), nullptr);
            delivery.entry->engine.count_bypassed();
            verdict = strictest(verdict, delivery.entry->config().on_failure);
        }
        apply(handle, point, verdict);
        return;
    }
    std::uint64_t ticket = 0;
    try {
        ticket = parking.park(handle, query, transaction);
    } catch (const isc::InvalidOperation&) {
        // DHCPv4-over-DHCPv6 packets cannot be parked.
        block(handle, point, std::move(deliveries));
        return;
    }
    const auto joint = std::make_shared<Joint>(deliveries.size());
    for (Delivery& delivery : deliveries) {
        core::Engine& engine = delivery.entry->engine;
        const core::Config& config = engine.config();
        const auto waiter = engine.make_waiter();
        // Not by `hook`: that is null already while unload() waits for the last scripts.
        waiter->on_settled = [joint, ticket, &config, &parking](Verdict own) {
            if (own == Verdict::Drop) {
                if (const auto label = parking.label(ticket)) {
                    LOG_WARN(logger, RUNSCRIPT_PACKET_DROPPED).arg(config.name).arg(*label);
                }
            }
            if (joint->settle(own)) {
                parking.settle(ticket, own);
            }
        };
        if (!engine.submit(std::move(delivery.events), waiter)) {
            Verdict own = config.on_failure;
            joint->settle(own);
        }
    }
    if (joint->settle(verdict)) {
        parking.forget(ticket);
        apply(handle, point, verdict);
    } else {
        handle.setStatus(CalloutHandle::NEXT_STEP_PARK);
    }
}

}  // namespace

void deliver(CalloutHandle& handle, const HookPoint& point, std::vector<Delivery> deliveries) {
    submit_unwaited(handle, point, deliveries);
    if (!deliveries.empty()) {
        block(handle, point, std::move(deliveries));
    }
}

template <typename PacketPtr>
void deliver(CalloutHandle& handle, const HookPoint& point, const PacketPtr& query,
             std::vector<Delivery> deliveries) {
    const std::string transaction = std::string(point.name) + " " + transaction_of(query);
    if (hook->parking.has(transaction)) {
        // Its client asks again: the packet from before will answer, and its scripts run already.
        handle.setStatus(CalloutHandle::NEXT_STEP_DROP);
        return;
    }
    submit_unwaited(handle, point, deliveries);
    if (!deliveries.empty()) {
        park(handle, point, query, transaction, std::move(deliveries));
    }
}

template <typename PacketPtr>
std::string same_run(const HookPoint& point, const PacketPtr& query) {
    const Place place = place_of(*query);
    return std::string(point.name) + "\n" + place.interface + "\n" + place.next_hop + "\n" +
           identity_of(*query);
}

template void deliver(CalloutHandle&, const HookPoint&, const isc::dhcp::Pkt4Ptr&,
                      std::vector<Delivery>);
template void deliver(CalloutHandle&, const HookPoint&, const isc::dhcp::Pkt6Ptr&,
                      std::vector<Delivery>);
template std::string same_run(const HookPoint&, const isc::dhcp::Pkt4Ptr&);
template std::string same_run(const HookPoint&, const isc::dhcp::Pkt6Ptr&);

}  // namespace kea_runscript
