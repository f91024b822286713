#pragma once

#include <functional>
#include <string>
#include <vector>

namespace kea_runscript::core {

/// What the engine tells its owner; comments list the arguments. The first is the entry's name. A
/// peer is `the runner`, `the worker` or `the service at PATH`.
enum class Notice {
    RunnerStarted,      ///< entry, pid
    RunnerStartFailed,  ///< entry, program, reason
    RunnerStartDenied,  ///< entry, program, server: the kernel refused the start (EACCES)
    RunnerRefused,      ///< entry, program: it speaks another version of the protocol
    WorkerRefused,      ///< entry, script: the same
    SocketConnected,    ///< entry, path
    SocketFailed,       ///< entry, path, reason
    SocketDenied,       ///< entry, path, server: the kernel refused the connection (EACCES)
    SocketRefused,      ///< entry, path, the user who listens there and may not
    PeerEnded,          ///< entry, peer, how, number of unanswered events
    PeerHung,           ///< entry, peer, event
    PeerRestarts,       ///< entry, peer: it has asked for it
    EventFailed,        ///< entry, event, reason
    EventDiscarded,     ///< entry, event
    PacketLate,         ///< entry, milliseconds: the packet's deadline has passed
    Undelivered,        ///< entry, number of events
    ReplayDone,         ///< entry, number of leases, milliseconds
    ReplayFailed,       ///< entry, reason, seconds until the next one
    OutputDebug,        ///< entry, event or `-`, one line of the script's
    Output,             ///< the same
    OutputWarning,      ///< the same
    OutputError,        ///< the same
    Noise,              ///< entry, peer, one line that is not of the protocol
    OutputHeldBack,     ///< entry, number of lines that were too many for one second
};

/// Called in any thread, without locks.
using Notify = std::function<void(Notice, const std::vector<std::string>&)>;

/// Whether such a notice is written anywhere. Called in any thread, with locks: it shall not block.
using Wanted = std::function<bool(Notice)>;

}  // namespace kea_runscript::core
