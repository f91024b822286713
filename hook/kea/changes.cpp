#include "kea/changes.h"

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

#include "kea/compat.h"
#include "kea/facts.h"
#include "kea/hook.h"
#include "kea/messages.h"

namespace kea_runscript {

using isc::dhcp::Lease;
using isc::hooks::CalloutHandle;

/// Changes that one packet has made so far, for entries that its leases*_committed may tell of
/// them. They hold their places in the order. Lives in the packet's callout context; what nobody
/// has told by its end, as of a SOLICIT, is told then.
struct HeldChanges {
    HeldChanges() = default;
    HeldChanges(const HeldChanges&) = delete;
    HeldChanges& operator=(const HeldChanges&) = delete;
    ~HeldChanges() { give(); }

    void give() noexcept;

    std::map<Entry*, std::vector<std::unique_ptr<core::Event>>> events;
};

namespace {

constexpr char kContext[] = "runscript-changes";

void log_failure(const char* reason) {
    LOG_ERROR(logger, RUNSCRIPT_CALLOUT_FAILED).arg("lease*_changed").arg(reason);
}

std::shared_ptr<HeldChanges> held_by(CalloutHandle& handle) {
    std::shared_ptr<HeldChanges> held;
    get_optional_context(handle, kContext, held);
    return held;
}

/// Moves the events of one lease from `events` to the end of `taken`.
void take(std::vector<std::unique_ptr<core::Event>>& events, const std::string& key,
          std::vector<std::unique_ptr<core::Event>>& taken) {
    const auto first = std::stable_partition(events.begin(), events.end(),
                                             [&](const auto& event) { return event->key != key; });
    std::move(first, events.end(), std::back_inserter(taken));
    events.erase(first, events.end());
}

/// KEA_LEASE*_CHANGE
std::string_view change_of(LeaseAct act, const Lease& lease) {
    if (act != LeaseAct::Delete && lease.state_ == Lease::STATE_DECLINED) {
        return "declined";
    }
    if (act == LeaseAct::Delete || !is_active(lease)) {
        return "deleted";
    }
    return act == LeaseAct::Add ? "new" : "renewed";
}

}  // namespace

void HeldChanges::give() noexcept {
    try {
        for (auto& [entry, packet] : std::exchange(events, {})) {
            // Without a hook the library is being unloaded, and its entries are gone.
            if (hook && !packet.empty()) {
                entry->engine.submit(std::move(packet), nullptr);
            }
        }
    } catch (const std::exception& error) {
        log_failure(error.what());
    }
}

void Changes::follow(const Hook& hook) {
    follow_types<Dhcp4>(hook, {Lease::TYPE_V4});
    follow_types<Dhcp6>(hook, {Lease::TYPE_NA, Lease::TYPE_PD});
}

template <typename Dhcp>
void Changes::follow_types(const Hook& hook, std::initializer_list<Lease::Type> types) {
    const core::HookPoint& point = *core::find_hook_point(Dhcp::kChanged);
    const auto entries = hook.listeners(point);
    if (entries.empty()) {
        return;
    }
    listeners_ = {&point, entries};
    const core::HookPoint& committed = *core::find_hook_point(Dhcp::kCommitted);
    holds_ = std::any_of(entries.begin(), entries.end(),
                         [&](const Entry* entry) { return entry->listens(committed); });
    for (const Lease::Type type : types) {
        follow_leases(type, [this](LeaseAct act, const isc::dhcp::LeasePtr& lease) {
            on_change<Dhcp>(act, boost::static_pointer_cast<typename Dhcp::Lease>(lease));
        });
    }
}

template <typename Dhcp>
void Changes::on_change(LeaseAct act, const typename Dhcp::LeasePtr& lease) try {
    Facts<Dhcp> facts;
    facts.lease = lease;
    facts.change = change_of(act, *lease);
    const core::HookPoint* foretold_at = nullptr;
    std::shared_ptr<HeldChanges> packet;  // outlives the lock: its end queues events

    const std::lock_guard<std::mutex> lock(mutex_);
    const auto hand = hands_.find(std::this_thread::get_id());
    if (hand != hands_.end()) {
        packet = hand->second.packet.lock();
        const auto before = boost::static_pointer_cast<typename Dhcp::Lease>(hand->second.foretold);
        const bool ended = facts.change == "deleted" || facts.change == "declined";
        if (ended && before && lease_key(*before) == lease_key(*lease)) {
            facts.lease = before;
            foretold_at = hand->second.foretold_at;
            hand->second.foretold.reset();
        }
    }
    const core::HookPoint& committed = *core::find_hook_point(Dhcp::kCommitted);
    for (Entry* entry : listeners_.entries) {
        if (!concerns(*entry, facts) || (foretold_at && entry->listens(*foretold_at))) {
            continue;
        }
        auto event = make_event(*entry, *listeners_.point, facts);
        if (packet && entry->listens(committed)) {
            event->place = entry->engine.reserve(event->key);
            packet->events[entry].push_back(std::move(event));
        } else {
            std::vector<std::unique_ptr<core::Event>> events;
            events.push_back(std::move(event));
            entry->engine.submit(std::move(events), nullptr);
        }
    }
} catch (const std::exception& error) {
    log_failure(error.what());
}

void Changes::take_up(CalloutHandle& handle) {
    if (!holds_) {
        return;
    }
    auto held = held_by(handle);
    if (!held) {
        held = std::make_shared<HeldChanges>();
        handle.setContext(kContext, held);
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    hands_[std::this_thread::get_id()].packet = held;
}

std::shared_ptr<core::Reservation> Changes::told(CalloutHandle& handle, Entry& entry,
                                                 const std::string& key) {
    std::vector<std::unique_ptr<core::Event>> taken;
    if (const auto held = holds_ ? held_by(handle) : nullptr) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = held->events.find(&entry);
        if (found != held->events.end()) {
            take(found->second, key, taken);
        }
    }
    return taken.empty() ? nullptr : taken.back()->place;
}

template <typename Lease>
void Changes::give(CalloutHandle& handle, const Lease& lease) {
    const auto held = holds_ ? held_by(handle) : nullptr;
    if (!held) {
        return;
    }
    const std::string key = lease_key(lease);
    HeldChanges due;
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [entry, events] : held->events) {
        take(events, key, due.events[entry]);
    }
}

void Changes::put_down(CalloutHandle& handle) {
    const auto held = holds_ ? held_by(handle) : nullptr;
    if (!held) {
        return;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    hands_[std::this_thread::get_id()].packet.reset();
    held->give();
}

template <typename Dhcp>
void Changes::foretell(CalloutHandle& handle) {
    // On any other status Kea leaves the lease as it is.
    if (listeners_.entries.empty() || handle.getStatus() != CalloutHandle::NEXT_STEP_CONTINUE) {
        return;
    }
    const auto lease = argument<typename Dhcp::LeasePtr>(handle, Dhcp::kLease);
    const std::lock_guard<std::mutex> lock(mutex_);
    Hand& hand = hands_[std::this_thread::get_id()];
    hand.foretold_at = core::find_hook_point(handle.getHookName());
    hand.foretold = boost::make_shared<typename Dhcp::Lease>(*lease);
}

template void Changes::give(CalloutHandle&, const isc::dhcp::Lease4&);
template void Changes::give(CalloutHandle&, const isc::dhcp::Lease6&);
template void Changes::foretell<Dhcp4>(CalloutHandle&);
template void Changes::foretell<Dhcp6>(CalloutHandle&);

}  // namespace kea_runscript
