#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/status.h"
#include "kea/entry.h"
#include "kea/main_thread.h"

namespace kea_runscript {

/// What is counted of an entry, each under its name in statistics and in the command
/// `runscript-status`.
using Counters = std::vector<std::pair<const char*, std::uint64_t>>;
Counters counters_of(const core::Status& status);

/// Publishes what is counted of each entry among Kea's own statistics. Main thread only, as is
/// Kea's part of it.
class Statistics {
public:
    using Entries = std::vector<std::unique_ptr<Entry>>;

    Statistics(MainThread& main_thread, const Entries& entries)
        : main_thread_(main_thread), entries_(entries) {}

    /// Publishes them, and from now on what is new every second.
    void keep_published();

    /// Takes them back.
    void remove();

private:
    MainThread& main_thread_;
    const Entries& entries_;
    std::vector<Counters> published_;  // for each entry
};

}  // namespace kea_runscript
