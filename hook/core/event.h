#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/hook_points.h"
#include "core/verdict.h"

namespace kea_runscript::core {

using Clock = std::chrono::steady_clock;

/// A packet that waits for the events it caused. Everything but `on_settled` is the engine's and
/// guarded by its mutex.
struct Waiter {
    Clock::time_point deadline;
    unsigned open = 0;  ///< events that have not ended
    Verdict verdict = Verdict::Continue;
    bool settled = false;
    std::condition_variable changed;
    /// Called once, in the I/O thread and without the mutex; empty if a thread waits instead.
    std::function<void(Verdict)> on_settled;
};

/// One run of the script.
struct Event {
    const HookPoint* point;
    std::string key;    ///< events of one key run one after another: the lease, usually
    std::string lines;  ///< the variables, as the stream carries them (Frame::lines)

    // From here on the queue's and the engine's.
    std::uint64_t id = 0;
    std::shared_ptr<Waiter> waiter;  ///< null when nobody waits
    bool retry = false;              ///< sent before, to a runner that died
    std::uint64_t turn = 0;          ///< the how-manieth to be sent; 0 while it is not open
    Clock::time_point opened;        ///< when it was sent
    std::vector<Event*> after;       ///< unfinished events that must end before this one
    std::vector<Event*> before;      ///< events that wait for the end of this one
};

}  // namespace kea_runscript::core
