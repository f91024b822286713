#include "kea/callouts.h"

#include <hooks/server_hooks.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "kea/compat.h"
#include "kea/events.h"
#include "kea/hook.h"
#include "kea/messages.h"
#include "kea/packet_notes.h"

namespace kea_runscript {

using core::HookPoint;
using isc::hooks::CalloutHandle;
using isc::hooks::CalloutPtr;

namespace {

/// Every callout goes through here: what escapes from one costs the packet, or the server.
template <typename Function>
int guarded(CalloutHandle& handle, Function function) {
    try {
        function();
        return 0;
    } catch (const std::exception& error) {
        LOG_ERROR(logger, RUNSCRIPT_CALLOUT_FAILED).arg(handle.getHookName()).arg(error.what());
    } catch (...) {
        LOG_ERROR(logger, RUNSCRIPT_CALLOUT_FAILED).arg(handle.getHookName()).arg("unknown reason");
    }
    return 1;
}

/// What one of Kea's hook points calls: the entries' events, then notes for later hook points of
/// the same packet.
struct Point {
    std::string_view name;
    void (*run)(CalloutHandle&, const Listeners&);
    void (*note)(CalloutHandle&) = nullptr;
};

constexpr Point kPoints[] = {
    {"pkt4_receive", on_event<Dhcp4>},
    {"subnet4_select", on_event<Dhcp4>, note_packet},
    {"lease4_select", on_event<Dhcp4>, note_selection<Dhcp4>},
    {"lease4_offer", on_offer},
    {"lease4_renew", on_event<Dhcp4>, note_renewal<Dhcp4>},
    {"leases4_committed", on_committed<Dhcp4>},
    {"lease4_release", on_event<Dhcp4>, note_release<Dhcp4>},
    {"lease4_decline", on_event<Dhcp4>, note_decline<Dhcp4>},
    {"lease4_server_decline", on_event<Dhcp4>, note_end<Dhcp4>},
    {"pkt4_send", on_event<Dhcp4>},
    {"lease4_expire", on_event<Dhcp4>, note_end<Dhcp4>},
    {"lease4_recover", on_event<Dhcp4>},
    {"pkt6_receive", on_event<Dhcp6>},
    {"subnet6_select", on_event<Dhcp6>, note_packet},
    {"lease6_select", on_event<Dhcp6>, note_selection<Dhcp6>},
    {"lease6_renew", on_event<Dhcp6>, note_renewal<Dhcp6>},
    {"lease6_rebind", on_event<Dhcp6>, note_renewal<Dhcp6>},
    {"leases6_committed", on_committed<Dhcp6>},
    {"lease6_release", on_event<Dhcp6>, note_release<Dhcp6>},
    {"lease6_decline", on_event<Dhcp6>, note_decline<Dhcp6>},
    {"addr6_register", on_event<Dhcp6>, note_registration},
    {"pkt6_send", on_event<Dhcp6>},
    {"lease6_expire", on_event<Dhcp6>, note_end<Dhcp6>},
    {"lease6_recover", on_event<Dhcp6>},
};
constexpr std::size_t kCount = std::size(kPoints);

/// Whom the loaded hook serves at one of `kPoints`; written by load() while no callout runs.
struct Service {
    Listeners listeners;
    bool notes = false;
};
std::array<Service, kCount> services;

// Kea hands a callout nothing of ours, so each hook point has a function of its own: what it needs
// is found without looking at names.
template <std::size_t index>
int callout(CalloutHandle& handle) {
    const Service& service = services[index];
    int result = 0;
    if (!service.listeners.entries.empty()) {
        result = guarded(handle, [&] { kPoints[index].run(handle, service.listeners); });
    }
    if (service.notes) {
        result |= guarded(handle, [&] { kPoints[index].note(handle); });
    }
    return result;
}

template <std::size_t... index>
constexpr std::array<CalloutPtr, kCount> callouts(std::index_sequence<index...>) {
    return {callout<index>...};
}
constexpr auto kCallouts = callouts(std::make_index_sequence<kCount>());

int configured(CalloutHandle& handle) {
    return guarded(handle, [&] { on_srv_configured(handle); });
}

/// What this release of Kea lacks, an entry must not list: Kea would only say that it cannot load.
void refuse_missing(const HookPoint& point, const Hook& hook) {
    for (const Entry* entry : hook.listeners(point)) {
        if (!entry->config().default_hook_points) {
            throw core::ConfigError("parameter 'hook-points' lists \"" + std::string(point.name) +
                                    "\", which Kea has since " + std::string(point.since) +
                                    ", but this is Kea " RUNSCRIPT_KEA_RELEASE_TEXT
                                    "; leave it out");
        }
    }
}

}  // namespace

void register_callouts(isc::hooks::LibraryHandle& handle, const Hook& hook,
                       const std::vector<core::Config>& configs, core::Family family) {
    handle.registerCallout(
        family == core::Family::V4 ? "dhcp4_srv_configured" : "dhcp6_srv_configured", configured);
    const auto known = isc::hooks::ServerHooks::getServerHooks().getHookNames();
    const std::set<std::string_view> noted = noted_points(configs, family);
    for (std::size_t i = 0; i < kCount; ++i) {
        const HookPoint& point = *core::find_hook_point(kPoints[i].name);
        services[i] = {{&point, hook.listeners(point)}, noted.count(point.name) != 0};
        if (std::find(known.begin(), known.end(), point.name) == known.end()) {
            refuse_missing(point, hook);
        } else if (services[i].notes || !services[i].listeners.entries.empty()) {
            handle.registerCallout(std::string(point.name), kCallouts[i]);
        }
    }
    for (const HookPoint* point : core::hook_points(family)) {
        if (point->origin == core::Origin::Changes && !kTellsChanges) {
            refuse_missing(*point, hook);
        }
    }
}

}  // namespace kea_runscript
