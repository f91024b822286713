#pragma once

#include <hooks/hooks.h>

#include <memory>

#include "core/event.h"
#include "core/hook_points.h"

namespace kea_runscript {

/// The one run of a script that ISC's run_script library would start at this callout, with that
/// library's variables (`variables: isc`); null where it would start none: once another library has
/// told Kea to skip or to drop. Its order is that of its first lease, deleted ones before others,
/// or of its client without one.
std::unique_ptr<core::Event> make_isc_event(isc::hooks::CalloutHandle& handle,
                                            const core::HookPoint& point);

}  // namespace kea_runscript
