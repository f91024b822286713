#include <cc/data.h>

#include <chrono>
#include <string>

#include "kea/callouts.h"
#include "kea/hook.h"
#include "kea/messages.h"

namespace kea_runscript {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::hooks::CalloutHandle;

namespace {

/// `parked-packet-limit` of the new configuration, wherever this release of Kea puts it.
ConstElementPtr parked_packet_limit(ConstElementPtr config) {
    for (const char* server : {"Dhcp4", "Dhcp6"}) {
        if (config && config->contains(server)) {
            config = config->get(server);
        }
    }
    return config ? config->get("parked-packet-limit") : nullptr;
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
        const std::string refusal = core::check_script(script);
        if (!refusal.empty()) {
            refuse(handle, "runscript: entry '" + entry->config().name +
                               "': parameter 'script' is \"" + script + "\", and " + refusal);
            return;
        }
    }
    ConstElementPtr config;
    handle.getArgument("json_config", config);
    const ConstElementPtr limit = parked_packet_limit(config);
    if (limit && limit->getType() == Element::integer && limit->intValue() >= 0) {
        hook->parking.set_limit(static_cast<std::size_t>(limit->intValue()));
    }
}

}  // namespace kea_runscript
