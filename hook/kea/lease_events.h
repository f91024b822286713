#pragma once

#include <hooks/hooks.h>

#include "core/hook_points.h"

namespace kea_runscript {

/// What happens at a hook point: reads the callout's arguments, queues the events, and lets the
/// packet go on, wait, or end. `Dhcp` is Dhcp4 or Dhcp6. All may throw.
template <typename Dhcp>
void on_committed(isc::hooks::CalloutHandle& handle, const core::HookPoint& point);

/// Renew, rebind and release: one lease, and the query that it is about.
template <typename Dhcp>
void on_query(isc::hooks::CalloutHandle& handle, const core::HookPoint& point);

template <typename Dhcp>
void on_expire(isc::hooks::CalloutHandle& handle, const core::HookPoint& point);

}  // namespace kea_runscript
