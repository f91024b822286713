#pragma once

#include <hooks/hooks.h>

#include "kea/entry.h"

namespace kea_runscript {

// What happens at a hook point: reads the callout's arguments, queues the events of the entries
// that they concern, and lets the packet go on, wait, or end. `Dhcp` is Dhcp4 or Dhcp6. All may
// throw.

/// Wherever there is one event: all hook points but the two below.
template <typename Dhcp>
void on_event(isc::hooks::CalloutHandle& handle, const Listeners& listeners);

/// leases*_committed: an event for each lease.
template <typename Dhcp>
void on_committed(isc::hooks::CalloutHandle& handle, const Listeners& listeners);

/// lease4_offer: an event for each lease, of which there is one.
void on_offer(isc::hooks::CalloutHandle& handle, const Listeners& listeners);

}  // namespace kea_runscript
