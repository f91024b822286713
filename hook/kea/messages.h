#pragma once

#include <log/logger.h>
#include <log/macros.h>
#include <log/message_types.h>

#include <string>
#include <vector>

#include "core/notice.h"

namespace kea_runscript {

extern isc::log::Logger logger;

extern const isc::log::MessageID RUNSCRIPT_LOADED;
extern const isc::log::MessageID RUNSCRIPT_LOAD_FAILED;
extern const isc::log::MessageID RUNSCRIPT_UNLOADED;
extern const isc::log::MessageID RUNSCRIPT_UNLOAD_FAILED;
extern const isc::log::MessageID RUNSCRIPT_CONFIG_REFUSED;
extern const isc::log::MessageID RUNSCRIPT_CALLOUT_FAILED;
extern const isc::log::MessageID RUNSCRIPT_PACKET_DROPPED;
extern const isc::log::MessageID RUNSCRIPT_PARKING_FULL;
extern const isc::log::MessageID RUNSCRIPT_RESUME_FAILED;
extern const isc::log::MessageID RUNSCRIPT_REUSED_LEASES;

/// Whether Kea's log has such a notice, as its `severity` and `debuglevel` are now.
bool is_logged(core::Notice notice);

/// Writes what the engine has to tell into Kea's log.
void log_notice(core::Notice notice, const std::vector<std::string>& arguments);

}  // namespace kea_runscript
