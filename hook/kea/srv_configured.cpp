#include <cc/data.h>

#include <chrono>
#include <string>

#include "kea/callouts.h"
#include "kea/dhcp.h"
#include "kea/hook.h"
#include "kea/messages.h"

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

void refuse(CalloutHandle& handle, const std::string& message) {
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
        const std::string& script = entry->config().script;
        // In socket mode there is none: somebody else runs it.
        const std::string refusal = script.empty() ? std::string() : core::check_script(script);
        if (!refusal.empty()) {
            refuse(handle, "runscript: entry '" + entry->config().name +
                               "': parameter 'script' is \"" + script + "\", and " + refusal);
            return;
        }
    }
    const auto server = server_part(argument<ConstElementPtr>(handle, "json_config"));
    hook->memory.configure(server);
    const ConstElementPtr limit = server->get("parked-packet-limit");
    if (limit && limit->getType() == Element::integer && limit->intValue() >= 0) {
        hook->parking.set_limit(static_cast<std::size_t>(limit->intValue()));
    }
}

}  // namespace kea_runscript
