#pragma once

#include <hooks/hooks.h>

namespace kea_runscript {

/// Registers the control commands `runscript-status`, `runscript-replay` and `runscript-restart`.
/// Throws.
void register_commands(isc::hooks::LibraryHandle& handle);

}  // namespace kea_runscript
