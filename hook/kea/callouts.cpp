#include "kea/callouts.h"

#include <exception>
#include <map>
#include <set>
#include <string>

#include "kea/lease_events.h"
#include "kea/messages.h"

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

template <void (*on_point)(CalloutHandle&, const HookPoint&)>
int callout(CalloutHandle& handle) {
    return guarded(handle, [&] { on_point(handle, *core::find_hook_point(handle.getHookName())); });
}

template <void (*function)(CalloutHandle&)>
int inner_callout(CalloutHandle& handle) {
    return guarded(handle, [&] { function(handle); });
}

const std::map<std::string_view, isc::hooks::CalloutPtr> kCallouts{
    {"leases4_committed", callout<on_committed<Dhcp4>>},
    {"lease4_renew", callout<on_query<Dhcp4>>},
    {"lease4_release", callout<on_query<Dhcp4>>},
    {"lease4_expire", callout<on_expire<Dhcp4>>},
    {"leases6_committed", callout<on_committed<Dhcp6>>},
    {"lease6_renew", callout<on_query<Dhcp6>>},
    {"lease6_rebind", callout<on_query<Dhcp6>>},
    {"lease6_release", callout<on_query<Dhcp6>>},
    {"lease6_expire", callout<on_expire<Dhcp6>>},
};

}  // namespace

void register_callouts(isc::hooks::LibraryHandle& handle, const std::vector<core::Config>& configs,
                       core::Family family) {
    const bool v4 = family == core::Family::V4;
    handle.registerCallout(v4 ? "dhcp4_srv_configured" : "dhcp6_srv_configured",
                           inner_callout<on_srv_configured>);
    std::set<const HookPoint*> points;
    for (const core::Config& config : configs) {
        points.insert(config.hook_points.begin(), config.hook_points.end());
    }
    bool select = false;
    for (const HookPoint* point : points) {
        const auto found = kCallouts.find(point->name);
        if (found == kCallouts.end()) {
            throw core::ConfigError("parameter 'hook-points' has '" + std::string(point->name) +
                                    "', which this version cannot serve yet");
        }
        handle.registerCallout(std::string(point->name), found->second);
        select = select || point->waiting == core::Waiting::Parks;
    }
    if (select) {
        handle.registerCallout(
            v4 ? "lease4_select" : "lease6_select",
            v4 ? inner_callout<on_select<Dhcp4>> : inner_callout<on_select<Dhcp6>>);
    }
}

}  // namespace kea_runscript
