#pragma once

#include <hooks/hooks.h>

#include <vector>

#include "core/config.h"

namespace kea_runscript {

struct Hook;

/// Registers with Kea what any entry asks for, once, and nothing else. Throws.
void register_callouts(isc::hooks::LibraryHandle& handle, const Hook& hook,
                       const std::vector<core::Config>& configs, core::Family family);

/// The callout at dhcp4_srv_configured and dhcp6_srv_configured: checks files, reads what the
/// configuration says elsewhere, starts nothing.
void on_srv_configured(isc::hooks::CalloutHandle& handle);

}  // namespace kea_runscript
