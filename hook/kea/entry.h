#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include "core/config.h"
#include "core/engine.h"
#include "kea/options.h"

namespace kea_runscript {

/// One script of the configuration: what it wants, and what runs it.
struct Entry {
    Entry(core::Config config, core::Family family);

    const core::Config& config() const { return engine.config(); }
    bool listens(const core::HookPoint& point) const;
    /// Whether every event has every variable: a worker in shell would else see an old value.
    bool fills() const { return config().mode != core::Mode::Exec; }

    core::Engine engine;
    std::vector<ExportedOption> options;       ///< known once the server is configured
    std::atomic<std::size_t> most_relays = 0;  ///< of any packet so far
};

/// The entries that run something at one hook point, in the order of the configuration.
struct Listeners {
    const core::HookPoint* point = nullptr;
    std::vector<Entry*> entries;
};

}  // namespace kea_runscript
