#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/config.h"
#include "core/event.h"
#include "core/fd.h"
#include "core/notice.h"
#include "core/peer.h"
#include "core/queue.h"
#include "core/quota.h"
#include "core/replay.h"
#include "core/status.h"

namespace kea_runscript::core {

/// Runs the script for events, in order and in a thread of its own, and settles the packets that
/// wait for them. All public functions may be called from any thread.
class Engine {
public:
    /// `runner` is the path of kea-runscript-runner, `kea` Kea's release. Starts nothing.
    Engine(Config config, const std::string& runner, std::string kea, Family family, Notify notify);
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine();

    /// Where the events of replays come from, before start(). Without it there are none.
    void set_replay_source(ReplaySource source) { replay_source_ = std::move(source); }

    /// Which lines of scripts, and which discarded events, are worth a notice, before start().
    /// Without it all are. The others do not count towards what is logged within a second.
    void set_wanted(Wanted wanted) { wanted_ = std::move(wanted); }

    /// Starts the I/O thread and, through it, the runner; does nothing if they run.
    void start();

    /// A waiter whose deadline is the configured `timeout` from now.
    std::shared_ptr<Waiter> make_waiter() const;

    /// Holds a place at the end of a key's order for an event that is still to come. An event whose
    /// `place` it is takes it; the end of the last pointer gives it up.
    std::shared_ptr<Reservation> reserve(const std::string& key);

    /// Queues the events of one packet, which run in this order. With a waiter: returns true if the
    /// waiter will be settled; false if there is no use in waiting, because the runner cannot be
    /// started or too much is queued: the packet then gets the verdict of `on-failure` at once. The
    /// events stay queued, as far as the limit allows. After stop() returns false and queues
    /// nothing.
    bool submit(std::vector<std::unique_ptr<Event>> packet, const std::shared_ptr<Waiter>& waiter);

    /// Blocks until the waiter is settled or its deadline has passed; returns the verdict.
    Verdict wait(Waiter& waiter);

    /// Counts a packet that got `on-failure` elsewhere, because too many wait.
    void count_bypassed();

    /// Has the script told all active leases, as soon as the engine runs; if it is just being told,
    /// then again. Does nothing without the parameter `replay`.
    void request_replay();

    /// The page that the replay's source was asked for; an empty one may be the last. Ignored if
    /// the replay is over.
    void add_page(std::uint64_t generation, std::vector<std::unique_ptr<Event>> leases, bool last);

    /// Gives that replay up, as its source cannot go on: another one follows.
    void fail_replay(std::uint64_t generation, const std::string& reason);

    /// Ends what runs the scripts as if it did not answer, and starts or connects to it anew at
    /// once, even if it had been given up.
    void restart();

    Status status() const;

    /// Delivers what is queued, as far as `limit` allows, then ends the runner and the thread. What
    /// could not be delivered is counted and reported.
    void stop(std::chrono::milliseconds limit);

    const Config& config() const { return config_; }

private:
    using Lock = std::unique_lock<std::mutex>;

    // engine.cpp: what other threads call.
    void cancel(Reservation& reservation);
    void discard_excess(Clock::time_point now);
    void unlock_and_wake(Lock& lock);

    // engine_loop.cpp: the I/O thread.
    void run();
    void note_peer();
    void sleep();
    void expire(Clock::time_point now);
    void dispatch(Clock::time_point now);
    Clock::time_point patience_end() const;
    Clock::time_point next_wake(Clock::time_point now) const;
    bool finished(Clock::time_point now) const;
    void leave();

    // engine_answers.cpp: how events end.
    void apply(const UpLine& line, Clock::time_point now);
    void answer(Event& event, const UpLine& line, Clock::time_point now);
    bool may_say(Notice notice, Clock::time_point now);
    void say(Notice notice, const std::string& who, std::string_view text, Clock::time_point now);
    void lose_peer(const Peer::Loss& loss, Clock::time_point now);
    void lose_event(Event& event, const std::string& reason, Clock::time_point now);
    void fail_event(Event& event, const std::string& reason, Clock::time_point now);
    void end_event(Event& event, Verdict verdict, Clock::time_point now);
    void give_up(Waiter& waiter);
    void settle(Waiter& waiter, Verdict verdict);
    void note(Notice notice, std::vector<std::string> arguments);
    static std::string describe(const Event& event);

    // engine_replay.cpp: running through all leases.
    bool replays() const;
    Replay::Step next_step(Clock::time_point now) const;
    Replay::Step step_replay(Clock::time_point now);
    void feed_replay(Replay::Step step);
    void add_mark(const char* point);
    void claim(const Event& live);
    void replay_answered(const Event& event, Clock::time_point now);
    void give_up_replay(const std::string& reason, Clock::time_point now);

    const Config config_;
    const Notify notify_;
    Wanted wanted_ = [](Notice) { return true; };

    mutable std::mutex mutex_;
    std::shared_ptr<void> alive_ = std::make_shared<int>();  // ends first
    std::thread thread_;
    Queue queue_;
    Replay replay_;
    Status status_;  // but for what status() fills in
    Quota output_;   // of lines that nobody bounds
    bool stopping_ = false;
    bool left_ = false;  // the I/O thread has ended
    bool restart_ = false;
    Clock::time_point stop_deadline_;
    std::multimap<Clock::time_point, std::shared_ptr<Waiter>> deadlines_;  // of parked packets
    std::vector<std::pair<Notice, std::vector<std::string>>> notices_;
    std::vector<std::pair<std::function<void(Verdict)>, Verdict>> settled_;

    // How the I/O thread left things when it went to sleep.
    bool asleep_ = false;
    Clock::time_point wakes_at_;
    bool peer_down_ = false;
    std::size_t room_ = 0;         // so many events may be open
    std::size_t replay_room_ = 0;  // and so many of a replay

    // The I/O thread's own.
    Fd epoll_;
    Fd wake_;
    Peer peer_;
    std::size_t window_;
    std::size_t streams_ = 0;  // that the peer has had
    bool bye_ = false;         // the peer has asked to be restarted
    bool drain_sent_ = false;  // it has been told to end
    Clock::time_point heard_;  // its last answer, or when it got something to do
    ReplaySource replay_source_;
};

}  // namespace kea_runscript::core
