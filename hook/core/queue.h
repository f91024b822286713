#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/event.h"

namespace kea_runscript::core {

/// Events in the order in which they may run: those of one key one after another, and those of one
/// packet as well; no other order exists, but that what may run of a replay comes after all else
/// that may. Not thread-safe: the engine's mutex guards it.
class Queue {
public:
    /// Adds the events of one packet, which run in this order; the waiter, if any, is attached to
    /// each. An event whose place was reserved takes it, one that is the same as the last of its
    /// key joins that one, the others are appended. Of a packet's events those with reserved places
    /// come as early as these. Returns the events that did not join another.
    std::vector<Event*> push(std::vector<std::unique_ptr<Event>> packet,
                             const std::shared_ptr<Waiter>& waiter);

    /// Adds an event of a replay, whose number it has.
    void push_replay(std::unique_ptr<Event> event);

    /// Forgets the event of a replay that waits in a key's order. Returns whether there was one.
    bool drop_replay(const std::string& key);

    /// Moves it to the end of the key's order.
    void postpone_replay(const std::string& key);

    /// Forgets all events of replays that wait.
    void drop_replay();

    /// Holds a place at the end of a key's order, until push() fills it or finish() gives it up.
    Event& reserve(const std::string& key);

    /// Opens the oldest event that may run; a null pointer if there is none.
    Event* open_next(Clock::time_point now);

    /// Whether there is one, if so many of a replay may be open at once.
    bool may_open(std::size_t replay_room) const {
        return !ready_.empty() &&
               (ready_.begin()->first < kReplayAge || replay_open_ < replay_room);
    }

    /// The open event with this id, or a null pointer.
    Event* find_open(std::uint64_t id) const;

    /// Ends an event, in whatever state it is, and forgets it. Its waiters are the caller's
    /// business.
    void finish(Event& event);

    /// Puts an open event back, to be opened again before all younger ones.
    void reopen(Event& event);

    /// Detaches a waiter from all its events.
    void detach(Waiter& waiter);

    /// The oldest event that is neither open nor waited for, or a null pointer: what to discard.
    Event* oldest_idle() const { return idle_.empty() ? nullptr : idle_.begin()->second; }

    /// The oldest event that is of no replay, or a null pointer.
    const Event* oldest_live() const;

    /// The event that has been open for longest, or a null pointer.
    Event* longest_open() const { return opened_.first(); }

    /// All open events, in the order in which they were opened.
    std::vector<Event*> open_events() const;

    /// Events in all, without mere reservations.
    std::size_t size() const { return events_.size() - reserved_; }
    std::size_t open() const { return by_id_.size(); }
    std::size_t waiting() const { return size() - open(); }

    /// The same without those of replays.
    std::size_t live() const { return size() - replay_; }
    std::size_t live_open() const { return open() - replay_open_; }
    std::size_t live_waiting() const { return live() - live_open(); }

private:
    using ByAge = std::map<std::uint64_t, Event*>;

    /// What is of a replay is younger than all else.
    static constexpr std::uint64_t kReplayAge = std::uint64_t{1} << 63;

    Event& append(std::unique_ptr<Event> event, std::uint64_t age);
    Event& place(std::unique_ptr<Event> event);
    Event* same_run(const Event& event) const;
    Event* waiting_replay(const std::string& key) const;
    void attach(Event& event, const std::shared_ptr<Waiter>& waiter);
    void update(Event& event);
    void close(Event& event);

    std::uint64_t next_age_ = 1;
    std::uint64_t next_id_ = 1;
    std::map<std::uint64_t, std::unique_ptr<Event>> events_;  // all, by age
    std::size_t reserved_ = 0;
    std::size_t replay_ = 0;
    std::size_t replay_open_ = 0;
    std::unordered_map<std::string, Chain<&Event::in_key>> keys_;
    ByAge ready_;  // may be opened
    ByAge idle_;   // may be discarded
    Chain<&Event::in_open> opened_;
    std::unordered_map<std::uint64_t, Event*> by_id_;  // the open ones
};

}  // namespace kea_runscript::core
