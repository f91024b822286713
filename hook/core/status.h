#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace kea_runscript::core {

/// How an entry fares. At any moment
/// `events == answered + failures + discarded + undelivered + queued + open`: an event of a replay
/// counts when it ends, and is in neither `queued` nor `open`.
struct Status {
    // Since the entry exists.
    std::uint64_t events = 0;
    std::uint64_t answered = 0;     ///< successfully
    std::uint64_t failures = 0;     ///< all others that have ended, timeouts included
    std::uint64_t timeouts = 0;     ///< of the failures, those that took too long
    std::uint64_t discarded = 0;    ///< too many waited
    std::uint64_t undelivered = 0;  ///< left when the engine stopped
    std::uint64_t joined = 0;       ///< packets' events that were the same as one before
    std::uint64_t bypassed = 0;     ///< packets that got `on-failure` and no answer
    std::uint64_t restarts = 0;     ///< streams after the first one
    std::uint64_t replays = 0;      ///< whole ones
    std::uint64_t noise = 0;        ///< lines that are not of the protocol
    std::uint64_t run_time_us = 0;  ///< of all that have ended after they were sent, summed up

    // Now.
    std::size_t queued = 0;               ///< waiting to be sent
    std::size_t open = 0;                 ///< sent and not answered
    std::size_t parked = 0;               ///< packets
    std::chrono::milliseconds oldest{0};  ///< how long the oldest queued or open event is here
    pid_t pid = 0;                        ///< of the runner; 0 if none runs
    bool connected = false;
    bool dirty = false;        ///< events were not delivered, and no replay has made up for them
    std::string replay;        ///< `none`, `waiting`, `begin`, `leases` or `end`
    std::size_t replayed = 0;  ///< leases of this replay, or of the last one, that are dealt with
    std::string last_failure;  ///< `event: reason`; empty if there was none
    std::chrono::system_clock::time_point last_failure_at;
};

}  // namespace kea_runscript::core
