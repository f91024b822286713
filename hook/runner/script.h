#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "core/event.h"
#include "core/fd.h"
#include "core/protocol.h"
#include "runner/options.h"

namespace kea_runscript::runner {

/// One run of the script that has not ended.
struct Script {
    std::uint64_t event;
    pid_t pid = -1;                       ///< also its process group
    core::Fd output;                      ///< its standard output and error, non-blocking
    core::UpReader lines;                 ///< cuts the output into lines
    core::Clock::time_point next_signal;  ///< SIGTERM at the timeout, SIGKILL a little later
    bool timed_out = false;
};

/// Starts the script for an event: the hook point is its first argument, the event's variables are
/// its environment, beside those of base_environment(), `null` (open on /dev/null) its standard
/// input. On failure returns the error number, else 0.
int start_script(Script& script, const Options& options, std::string_view point,
                 const core::DownFrame& event, int null);

}  // namespace kea_runscript::runner
