#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/chain.h"
#include "core/hook_points.h"
#include "core/verdict.h"

namespace kea_runscript::core {

using Clock = std::chrono::steady_clock;

/// A packet that waits for the events it caused. Everything but `on_settled` is the engine's and
/// guarded by its mutex.
struct Waiter {
    Clock::time_point deadline;
    std::vector<Event*> events;  ///< those that have not ended, be they its own or joined
    Verdict verdict = Verdict::Continue;
    bool settled = false;
    std::condition_variable changed;
    /// Called once, in the I/O thread and without the mutex; empty if a thread waits instead.
    std::function<void(Verdict)> on_settled;
};

/// A place in the order of a key, held for an event that is still to come: see Engine::reserve().
struct Reservation {
    Event* event = nullptr;  ///< holds the place; null once it is filled. Guarded by the engine.
};

/// One run of the script.
struct Event {
    const HookPoint* point = nullptr;
    std::string key;    ///< events of one key run one after another: the lease, usually
    std::string lines;  ///< the variables, as the stream carries them (Frame::lines)
    /// If not empty, and equal in the last unfinished event of the same key, of another packet,
    /// then that run is this one's as well.
    std::string same_as;
    bool provisional = false;  ///< of a lease that is only offered: says nothing of the stored one
    std::shared_ptr<Reservation> place;  ///< where it belongs; null: at the end of its key's order

    // From here on the queue's and the engine's.
    std::vector<std::shared_ptr<Waiter>> waiters;  ///< those that still wait
    std::uint64_t age = 0;                         ///< ascending, from submit() or reserve() on
    std::uint64_t id = 0;                          ///< ascending, from the first time it is open on
    std::uint64_t replay = 0;     ///< the replay that it is of; 0: none, it is live
    bool reserved = false;        ///< nothing but a place yet
    bool open = false;            ///< sent, and neither answered nor lost
    bool retry = false;           ///< sent before, to a peer that was lost
    Clock::time_point submitted;  ///< when it came
    Clock::time_point opened;     ///< when it was sent
    Links in_key;
    Links in_packet;
    Links in_open;
};

}  // namespace kea_runscript::core
