#pragma once

#include <hooks/hooks.h>

#include <memory>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/hook_points.h"

namespace kea_runscript {

struct Entry;

/// What one entry is to run for a packet at a hook point, in this order.
struct Delivery {
    Entry* entry;
    std::vector<std::unique_ptr<core::Event>> events;
};

/// Queues the events, and lets the packet of this callout go on, or wait for all of them where
/// their entries say so: the callout then blocks, and sets the status that the strictest verdict
/// asks for. A packet that another library drops waits for nothing.
void deliver(isc::hooks::CalloutHandle& handle, const core::HookPoint& point,
             std::vector<Delivery> deliveries);

/// The same for a hook point where Kea parks packets: the packet is parked, not the callout
/// blocked. `PacketPtr` is Pkt4Ptr or Pkt6Ptr.
template <typename PacketPtr>
void deliver(isc::hooks::CalloutHandle& handle, const core::HookPoint& point,
             const PacketPtr& query, std::vector<Delivery> deliveries);

/// Event::same_as of an event that gives a lease: equal where one run does for several packets,
/// because they say the same of the lease: the same client, at the same place.
template <typename PacketPtr>
std::string same_run(const core::HookPoint& point, const PacketPtr& query);

}  // namespace kea_runscript
