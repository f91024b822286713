// How the engine runs through all leases: what Replay decides, done with queue and stream.
#include <limits>

#include "core/engine.h"

namespace kea_runscript::core {

void Engine::request_replay() {
    Lock lock(mutex_);
    if (replays()) {
        replay_.request(Clock::now());
    }
    unlock_and_wake(lock);
}

void Engine::add_page(std::uint64_t generation, std::vector<std::unique_ptr<Event>> leases,
                      bool last) {
    Lock lock(mutex_);
    if (!replay_.is_current(generation)) {
        return;
    }
    replay_.add_page(leases.size(), last);
    for (std::unique_ptr<Event>& lease : leases) {
        if (!replay_.is_claimed(lease->key)) {
            lease->replay = generation;
            queue_.push_replay(std::move(lease));
            replay_.add_event();
        }
    }
    unlock_and_wake(lock);
}

void Engine::fail_replay(std::uint64_t generation, const std::string& reason) {
    Lock lock(mutex_);
    if (replay_.is_current(generation)) {
        give_up_replay(reason, Clock::now());
    }
    unlock_and_wake(lock);
}

bool Engine::replays() const {
    return config_.replay && replay_source_.want_page && !stopping_;
}

/// What is to be done next, and is to be done only once.
Replay::Step Engine::step_replay(Clock::time_point now) {
    const bool new_stream = std::exchange(streams_, peer_.streams()) != peer_.streams();
    // The runner knows nothing that a new one would have to be told; workers do.
    const bool forgotten = new_stream && config_.mode != Mode::Exec;
    const bool repair = status_.dirty && queue_.live() == 0;
    if ((forgotten || repair) && replays() && replay_.phase() == Replay::Phase::None) {
        replay_.request(now);
    }
    const Replay::Step step = next_step(now);
    replay_.take(step, now);
    return step;
}

Replay::Step Engine::next_step(Clock::time_point now) const {
    const Event* const oldest = queue_.oldest_live();
    return replay_.next_step(now, queue_.waiting(),
                             oldest ? oldest->age : std::numeric_limits<std::uint64_t>::max());
}

/// Asks the source for what the step needs. Without the mutex, which it takes.
void Engine::feed_replay(Replay::Step step) {
    switch (step) {
        case Replay::Step::None:
            return;
        case Replay::Step::Begin:
            add_mark("replay_begin");
            return;
        case Replay::Step::End:
            add_mark("replay_end");
            return;
        case Replay::Step::Page:
            break;
    }
    Lock lock(mutex_);
    const std::uint64_t generation = replay_.generation();
    const bool first = replay_.at_first_page();
    const std::size_t size = replay_.page_size();
    lock.unlock();
    replay_source_.want_page(generation, first, size);
}

void Engine::add_mark(const char* point) {
    Lock lock(mutex_);
    const std::uint64_t generation = replay_.generation();
    const std::size_t leases = replay_.leases();
    lock.unlock();
    auto mark = replay_source_.make_mark(*find_hook_point(point), leases);
    mark->key = "-";
    mark->replay = generation;
    lock.lock();
    if (replay_.is_current(generation)) {
        queue_.push_replay(std::move(mark));
    }
    unlock_and_wake(lock);
}

void Engine::claim(const Event& live) {
    replay_.note_live(live.submitted);
    if (live.provisional) {
        if (replay_.phase() == Replay::Phase::Leases) {
            queue_.postpone_replay(live.key);
        }
        return;
    }
    if (replay_.claim(live) && queue_.drop_replay(live.key)) {
        replay_.drop_event();
    }
}

void Engine::replay_answered(const Event& event, Clock::time_point now) {
    if (!replay_.is_current(event.replay)) {
        return;
    }
    if (replay_.phase() == Replay::Phase::Begin) {
        status_.dirty = false;  // what is read now makes up for all that was missed before
    }
    if (replay_.answered(now)) {
        ++status_.replays;
        note(Notice::ReplayDone,
             {std::to_string(replay_.leases()), std::to_string(replay_.duration(now).count())});
    }
}

void Engine::give_up_replay(const std::string& reason, Clock::time_point now) {
    queue_.drop_replay();
    const auto wait = replay_.fail(now);
    status_.dirty = true;
    note(Notice::ReplayFailed, {reason, std::to_string(wait.count())});
}

}  // namespace kea_runscript::core
