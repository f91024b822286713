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
/// packet as well; no other order exists. Not thread-safe: the engine's mutex guards it.
class Queue {
public:
    /// Appends the events of one packet, which run in this order, and gives them ascending ids.
    void push(std::vector<std::unique_ptr<Event>> packet);

    /// Opens the oldest event that may run; a null pointer if there is none.
    Event* open_next();

    /// The open event with this id, or a null pointer.
    Event* find_open(std::uint64_t id) const;

    /// Ends an open event, or one that never ran, and forgets it.
    void finish(Event& event);

    /// Puts an open event back, to be opened again before all younger ones.
    void reopen(Event& event);

    /// The oldest event that is neither open nor waited for, or a null pointer: what to discard.
    Event* oldest_idle() const;

    /// The event that has been open for longest, or a null pointer.
    Event* longest_open() const;

    /// All open events, in the order in which they were opened.
    std::vector<Event*> open_events() const;

    std::size_t size() const { return events_.size(); }
    std::size_t open() const { return open_.size(); }

private:
    std::uint64_t next_id_ = 1;
    std::map<std::uint64_t, std::unique_ptr<Event>> events_;  // all, by age
    std::unordered_map<std::string, Event*> last_of_key_;
    std::set<std::uint64_t> ready_;         // may run now
    std::map<std::uint64_t, Event*> open_;  // by turn
    std::uint64_t next_turn_ = 1;
};

}  // namespace kea_runscript::core
