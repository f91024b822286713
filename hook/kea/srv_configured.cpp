#include <cc/data.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "kea/callouts.h"
#include "kea/compat.h"
#include "kea/dhcp.h"
#include "kea/hook.h"
#include "kea/messages.h"
#include "kea/options.h"

namespace kea_runscript {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::hooks::CalloutHandle;

namespace {

/// The server's part of the new configuration, wherever this release of Kea puts it.
ConstElementPtr server_part(ConstElementPtr config) {
    for (const char* server : {"Dhcp4", "Dhcp6"}) {
        if (config && config->contains(server)) {
            config = config->get(server);
        }
    }
    return config;
}

/// Whether Kea renews leases without writing them, in any of its subnets.
bool reuses_leases(const ConstElementPtr& element) {
    if (element->getType() == Element::list) {
        const auto& list = element->listValue();
        return std::any_of(list.begin(), list.end(), reuses_leases);
    }
    if (element->getType() != Element::map) {
        return false;
    }
    const auto& map = element->mapValue();
    return std::any_of(map.begin(), map.end(), [](const auto& member) {
        const auto& [name, value] = member;
        return name == "cache-threshold" || name == "cache-max-age" || reuses_leases(value);
    });
}

/// Why the script of this entry must not be run; empty if it may.
std::string script_refusal(const core::Config& config) {
    if (config.mode == core::Mode::Socket) {
        return {};  // there is none: somebody else runs it
    }
    std::string reason = core::check_script(config.script);
    return reason.empty() ? reason
                          : "parameter 'script' is \"" + config.script + "\", and " + reason;
}

void refuse(CalloutHandle& handle, const Entry& refused, const std::string& reason) {
    const std::string message = "runscript: entry '" + refused.config().name + "': " + reason;
    LOG_ERROR(logger, RUNSCRIPT_CONFIG_REFUSED).arg(message);
    // After a refused reload Kea serves on with its old configuration, but with this library.
    for (const auto& entry : hook->entries) {
        entry->engine.stop(std::chrono::milliseconds(0));
    }
    handle.setArgument("error", message);
    handle.setStatus(CalloutHandle::NEXT_STEP_DROP);
}

}  // namespace

void on_srv_configured(CalloutHandle& handle) {
    for (const auto& entry : hook->entries) {
        const std::string reason = script_refusal(entry->config());
        if (!reason.empty()) {
            refuse(handle, *entry, reason);
            return;
        }
    }
    for (const auto& entry : hook->entries) {
        try {
            entry->options = resolve_options(entry->config());
        } catch (const core::ConfigError& error) {
            refuse(handle, *entry, error.what());
            return;
        }
    }
    const auto server = server_part(argument<ConstElementPtr>(handle, "json_config"));
    hook->memory.configure(server);
    hook->changes.follow(*hook);
    if (!kTellsReply && reuses_leases(server) &&
        !hook->listeners(*core::find_hook_point(Dhcp6::kCommitted)).empty()) {
        LOG_WARN(logger, RUNSCRIPT_REUSED_LEASES);
    }
    for (const auto& entry : hook->entries) {
        entry->engine.request_replay();
    }
    const ConstElementPtr limit = server->get("parked-packet-limit");
    if (limit && limit->getType() == Element::integer && limit->intValue() >= 0) {
        hook->parking.set_limit(static_cast<std::size_t>(limit->intValue()));
    }
}

}  // namespace kea_runscript
