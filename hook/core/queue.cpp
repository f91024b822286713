#include "core/queue.h"

#include <algorithm>
#include <utility>

namespace kea_runscript::core {

namespace {

using ByAge = std::map<std::uint64_t, Event*>;

/// Most of what is inserted is younger than all else, and most of what is not there is not sought.
void set(ByAge& events, Event& event, bool present) {
    if (present) {
        events.emplace_hint(events.end(), event.age, &event);
    } else if (!events.empty()) {
        events.erase(event.age);
    }
}

/// Packets run by age. As keys do so as well, no two events can ever wait for each other.
void link_packet(std::vector<Event*>& packet) {
    std::sort(packet.begin(), packet.end(), [](Event* a, Event* b) { return a->age < b->age; });
    for (std::size_t i = 1; i < packet.size(); ++i) {
        packet[i - 1]->in_packet.after = packet[i];
        packet[i]->in_packet.before = packet[i - 1];
    }
}

}  // namespace

std::vector<Event*> Queue::push(std::vector<std::unique_ptr<Event>> packet,
                                const std::shared_ptr<Waiter>& waiter) {
    std::vector<Event*> joined;
    std::vector<Event*> placed;
    for (std::unique_ptr<Event>& event : packet) {
        if (Event* const running = same_run(*event)) {
            joined.push_back(running);
            if (event->place && event->place->event) {
                finish(*std::exchange(event->place->event, nullptr));
            }
        } else {
            placed.push_back(&place(std::move(event)));
        }
    }
    link_packet(placed);
    for (std::vector<Event*>* events : {&joined, &placed}) {
        for (Event* event : *events) {
            attach(*event, waiter);
            update(*event);
        }
    }
    return placed;
}

void Queue::push_replay(std::unique_ptr<Event> event) {
    ++replay_;
    update(append(std::move(event), kReplayAge | next_age_++));
}

Event* Queue::waiting_replay(const std::string& key) const {
    const auto found = keys_.find(key);
    Event* event = found == keys_.end() ? nullptr : found->second.first();
    while (event && (event->replay == 0 || event->open)) {
        event = event->in_key.after;
    }
    return event;
}

bool Queue::drop_replay(const std::string& key) {
    Event* const event = waiting_replay(key);
    if (event) {
        finish(*event);
    }
    return event != nullptr;
}

void Queue::postpone_replay(const std::string& key) {
    Event* const event = waiting_replay(key);
    Event* const next = event ? event->in_key.after : nullptr;
    if (next) {
        auto& chain = keys_.at(key);
        chain.remove(*event);
        chain.append(*event);
        update(*event);
        update(*next);
    }
}

void Queue::drop_replay() {
    for (auto next = events_.lower_bound(kReplayAge); next != events_.end();) {
        Event& event = *next++->second;
        if (!event.open) {
            finish(event);
        }
    }
}

Event& Queue::reserve(const std::string& key) {
    auto event = std::make_unique<Event>();
    event->key = key;
    event->reserved = true;
    ++reserved_;
    return append(std::move(event), next_age_++);
}

Event& Queue::append(std::unique_ptr<Event> owned, std::uint64_t age) {
    Event& event = *owned;
    event.age = age;
    keys_[event.key].append(event);
    events_.emplace_hint(events_.end(), event.age, std::move(owned));
    return event;
}

Event& Queue::place(std::unique_ptr<Event> event) {
    const std::shared_ptr<Reservation> place = std::move(event->place);
    if (!place || !place->event) {
        return append(std::move(event), next_age_++);
    }
    Event& reserved = *std::exchange(place->event, nullptr);
    reserved.point = event->point;
    reserved.lines = std::move(event->lines);
    reserved.same_as = std::move(event->same_as);
    reserved.reserved = false;
    --reserved_;
    return reserved;
}

Event* Queue::same_run(const Event& event) const {
    if (event.same_as.empty()) {
        return nullptr;
    }
    const auto key = keys_.find(event.key);
    Event* last = key == keys_.end() ? nullptr : key->second.last();
    if (last && event.place && event.place->event == last) {
        last = last->in_key.before;
    }
    return last && last->same_as == event.same_as ? last : nullptr;
}

void Queue::attach(Event& event, const std::shared_ptr<Waiter>& waiter) {
    if (waiter) {
        event.waiters.push_back(waiter);
        waiter->events.push_back(&event);
    }
}

void Queue::detach(Waiter& waiter) {
    for (Event* event : std::exchange(waiter.events, {})) {
        auto& waiters = event->waiters;
        const auto found =
            std::find_if(waiters.begin(), waiters.end(),
                         [&](const std::shared_ptr<Waiter>& w) { return w.get() == &waiter; });
        if (found != waiters.end()) {
            waiters.erase(found);
            update(*event);
        }
    }
}

/// Sees to it that the event is listed as what it is.
void Queue::update(Event& event) {
    const bool waits = !event.open && !event.reserved;
    set(ready_, event, waits && !event.in_key.before && !event.in_packet.before);
    set(idle_, event, waits && event.waiters.empty() && event.replay == 0);
}

Event* Queue::open_next(Clock::time_point now) {
    if (ready_.empty()) {
        return nullptr;
    }
    Event& event = *ready_.begin()->second;
    if (event.id == 0) {
        event.id = next_id_++;
    }
    event.open = true;
    event.opened = now;
    replay_open_ += event.replay != 0 ? 1 : 0;
    update(event);
    opened_.append(event);
    by_id_.emplace(event.id, &event);
    return &event;
}

Event* Queue::find_open(std::uint64_t id) const {
    const auto found = by_id_.find(id);
    return found != by_id_.end() ? found->second : nullptr;
}

void Queue::finish(Event& event) {
    if (event.open) {
        close(event);
    } else {
        set(ready_, event, false);
        set(idle_, event, false);
    }
    reserved_ -= event.reserved ? 1 : 0;
    replay_ -= event.replay != 0 ? 1 : 0;

    Event* const next_of_key = event.in_key.after;
    const auto key = keys_.find(event.key);
    key->second.remove(event);
    if (!key->second.first()) {
        keys_.erase(key);
    }
    const Links packet = event.in_packet;
    if (packet.before) {
        packet.before->in_packet.after = packet.after;
    }
    if (packet.after) {
        packet.after->in_packet.before = packet.before;
    }
    events_.erase(event.age);
    for (Event* next : {next_of_key, packet.after}) {
        if (next) {
            update(*next);
        }
    }
}

void Queue::reopen(Event& event) {
    close(event);
    event.retry = true;
    update(event);
}

void Queue::close(Event& event) {
    by_id_.erase(event.id);
    opened_.remove(event);
    event.open = false;
    replay_open_ -= event.replay != 0 ? 1 : 0;
}

const Event* Queue::oldest_live() const {
    const auto oldest = std::find_if(events_.begin(), events_.end(),
                                     [](const auto& event) { return !event.second->reserved; });
    return oldest == events_.end() || oldest->first >= kReplayAge ? nullptr : oldest->second.get();
}

std::vector<Event*> Queue::open_events() const {
    std::vector<Event*> events;
    events.reserve(open());
    for (Event* event = opened_.first(); event; event = event->in_open.after) {
        events.push_back(event);
    }
    return events;
}

}  // namespace kea_runscript::core
