#include "core/queue.h"

#include <algorithm>
#include <utility>

namespace kea_runscript::core {

namespace {

void run_after(Event* earlier, Event& event) {
    auto& after = event.after;
    if (earlier && std::find(after.begin(), after.end(), earlier) == after.end()) {
        after.push_back(earlier);
        earlier->before.push_back(&event);
    }
}

void forget(std::vector<Event*>& events, Event& event) {
    events.erase(std::find(events.begin(), events.end(), &event));
}

}  // namespace

void Queue::push(std::vector<std::unique_ptr<Event>> packet) {
    Event* previous = nullptr;
    for (std::unique_ptr<Event>& owned : packet) {
        Event& event = *owned;
        event.id = next_id_++;
        Event*& last = last_of_key_[event.key];
        run_after(last, event);
        run_after(previous, event);
        last = previous = &event;
        if (event.after.empty()) {
            ready_.insert(event.id);
        }
        events_.emplace(event.id, std::move(owned));
    }
}

Event* Queue::open_next() {
    if (ready_.empty()) {
        return nullptr;
    }
    Event& event = *events_.at(*ready_.begin());
    ready_.erase(ready_.begin());
    event.turn = next_turn_++;
    event.opened = Clock::now();
    open_.emplace(event.turn, &event);
    return &event;
}

Event* Queue::find_open(std::uint64_t id) const {
    const auto found = events_.find(id);
    return found != events_.end() && found->second->turn != 0 ? found->second.get() : nullptr;
}

void Queue::finish(Event& event) {
    for (Event* earlier : event.after) {
        forget(earlier->before, event);
    }
    for (Event* next : event.before) {
        forget(next->after, event);
        for (Event* earlier : event.after) {
            run_after(earlier, *next);
        }
        if (next->after.empty()) {
            ready_.insert(next->id);
        }
    }
    const auto last = last_of_key_.find(event.key);
    if (last->second == &event) {
        // What ran before it in the same key and still runs is the last one again.
        const auto same_key = std::find_if(event.after.rbegin(), event.after.rend(),
                                           [&](Event* e) { return e->key == event.key; });
        if (same_key == event.after.rend()) {
            last_of_key_.erase(last);
        } else {
            last->second = *same_key;
        }
    }
    ready_.erase(event.id);
    open_.erase(event.turn);
    events_.erase(event.id);
}

void Queue::reopen(Event& event) {
    open_.erase(std::exchange(event.turn, 0));
    event.retry = true;
    ready_.insert(event.id);
}

Event* Queue::oldest_idle() const {
    for (const auto& [id, event] : events_) {
        if (event->turn == 0 && (!event->waiter || event->waiter->settled)) {
            return event.get();
        }
    }
    return nullptr;
}

Event* Queue::longest_open() const {
    return open_.empty() ? nullptr : open_.begin()->second;
}

std::vector<Event*> Queue::open_events() const {
    std::vector<Event*> events;
    events.reserve(open_.size());
    for (const auto& [turn, event] : open_) {
        events.push_back(event);
    }
    return events;
}

}  // namespace kea_runscript::core
