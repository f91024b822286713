#pragma once

#include <sys/types.h>

#include "core/fd.h"

namespace kea_runscript::core {

/// Our ends of a stream, all non-blocking, and the process that was started for it.
struct Stream {
    Fd events;      ///< down
    Fd answers;     ///< up; another descriptor for the same socket where the stream is one
    Fd errors;      ///< what the process writes to standard error
    Fd lifeline;    ///< never written to; its end means that the server is gone
    pid_t pid = 0;  ///< 0 where nothing was started
};

}  // namespace kea_runscript::core
