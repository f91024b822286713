#pragma once

#include <memory>

#include "core/config.h"
#include "core/engine.h"
#include "kea/main_thread.h"
#include "kea/parking.h"

namespace kea_runscript {

/// Everything that lives from load() to unload().
struct Hook {
    Hook(const core::Config& config, core::Family family);
    Hook(const Hook&) = delete;
    Hook& operator=(const Hook&) = delete;
    /// Drops the parked packets, delivers what is queued as far as time allows, ends the runner.
    ~Hook();

    MainThread main_thread;
    Parking parking;
    core::Engine engine;
};

/// The loaded hook; null before load() and after unload(). Both run while no callout does.
extern std::unique_ptr<Hook> hook;

}  // namespace kea_runscript
