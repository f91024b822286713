#include "kea/callouts.h"

#include <exception>
#include <map>
#include <set>
#include <string>

#include "kea/lease_events.h"
#include "kea/messages.h"
#include "kea/packet_notes.h"

namespace kea_runscript {

using core::HookPoint;
using isc::hooks::CalloutHandle;

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

void run(void (*step)(CalloutHandle&), CalloutHandle& handle) {
    step(handle);
}

void run(void (*step)(CalloutHandle&, const HookPoint&), CalloutHandle& handle) {
    step(handle, *core::find_hook_point(handle.getHookName()));
}

template <auto... steps>
int callout(CalloutHandle& handle) {
    return guarded(handle, [&] { (run(steps, handle), ...); });
}

const std::map<std::string_view, isc::hooks::CalloutPtr> kCallouts{
    {"lease4_select", callout<note_selection<Dhcp4>>},
    {"lease4_renew", callout<note_renewal<Dhcp4>, on_query<Dhcp4>>},
    {"lease4_release", callout<on_query<Dhcp4>, note_release<Dhcp4>>},
    {"lease4_decline", callout<note_decline<Dhcp4>>},
    {"leases4_committed", callout<on_committed<Dhcp4>>},
    {"lease4_expire", callout<on_expire<Dhcp4>>},
    {"lease6_select", callout<note_selection<Dhcp6>>},
    {"lease6_renew", callout<note_renewal<Dhcp6>, on_query<Dhcp6>>},
    {"lease6_rebind", callout<note_renewal<Dhcp6>, on_query<Dhcp6>>},
    {"lease6_release", callout<on_query<Dhcp6>, note_release<Dhcp6>>},
    {"lease6_decline", callout<note_decline<Dhcp6>>},
    {"leases6_committed", callout<on_committed<Dhcp6>>},
    {"lease6_expire", callout<on_expire<Dhcp6>>},
};

}  // namespace

void register_callouts(isc::hooks::LibraryHandle& handle, const std::vector<core::Config>& configs,
                       core::Family family) {
    const bool v4 = family == core::Family::V4;
    handle.registerCallout(v4 ? "dhcp4_srv_configured" : "dhcp6_srv_configured",
                           callout<on_srv_configured>);
    std::set<std::string_view> points = noted_points(configs, family);
    for (const core::Config& config : configs) {
        for (const HookPoint* point : config.hook_points) {
            points.insert(point->name);
        }
    }
    for (const std::string_view point : points) {
        const auto found = kCallouts.find(point);
        if (found == kCallouts.end()) {
            throw core::ConfigError("parameter 'hook-points' has '" + std::string(point) +
                                    "', which this version cannot serve yet");
        }
        handle.registerCallout(std::string(point), found->second);
    }
}

}  // namespace kea_runscript
