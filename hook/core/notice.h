#pragma once

#include <functional>
#include <string>
#include <vector>

namespace kea_runscript::core {

/// What the engine tells its owner; comments list the arguments. The first is the entry's name.
enum class Notice {
    RunnerStarted,      ///< entry, pid
    RunnerStartFailed,  ///< entry, program, reason
    RunnerStartDenied,  ///< entry, program: the kernel refused the start (EACCES)
    RunnerEnded,        ///< entry, pid, how many events were open
    RunnerHung,         ///< entry, pid, event
    RunnerRefused,      ///< entry, program: it speaks another version of the protocol
    EventFailed,        ///< entry, event, reason
    EventDiscarded,     ///< entry, event
    PacketLate,         ///< entry, milliseconds: the packet's deadline has passed
    Undelivered,        ///< entry, number of events
    Output,             ///< entry, event, one line of the script's output
    Noise,              ///< entry, one line that is not of the protocol
};

/// Called in any thread, without locks.
using Notify = std::function<void(Notice, const std::vector<std::string>&)>;

}  // namespace kea_runscript::core
