#pragma once

#include "core/config.h"
#include "core/engine.h"

namespace kea_runscript {

/// One script of the configuration: what it wants, and what runs it.
struct Entry {
    Entry(core::Config config, core::Family family);

    const core::Config& config() const { return engine.config(); }
    bool listens(const core::HookPoint& point) const;

    core::Engine engine;
};

}  // namespace kea_runscript
