#pragma once

#include <memory>
#include <vector>

#include "kea/changes.h"
#include "kea/entry.h"
#include "kea/lease_memory.h"
#include "kea/main_thread.h"
#include "kea/parking.h"
#include "kea/replay_pages.h"
#include "kea/statistics.h"

namespace kea_runscript {

/// Everything that lives from load() to unload().
struct Hook {
    Hook(std::vector<core::Config> configs, core::Family family);
    Hook(const Hook&) = delete;
    Hook& operator=(const Hook&) = delete;
    /// Drops the parked packets, delivers what is queued as far as time allows, ends the runners.
    ~Hook();

    /// The entries that run something at this hook point, in the order of the configuration.
    std::vector<Entry*> listeners(const core::HookPoint& point) const;

    MainThread main_thread;
    Parking parking;
    LeaseMemory memory;
    Changes changes;
    ReplayPages pages;
    std::vector<std::unique_ptr<Entry>> entries;
    Statistics statistics;
};

/// The loaded hook; null before load() and after unload(). Both run while no callout does.
extern std::unique_ptr<Hook> hook;

}  // namespace kea_runscript
