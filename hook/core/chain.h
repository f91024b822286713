#pragma once

namespace kea_runscript::core {

struct Event;

/// An event's neighbours in a chain.
struct Links {
    Event* before = nullptr;
    Event* after = nullptr;
};

/// Events one after another, linked by themselves through one of their members. Owns nothing.
template <Links Event::* links>
class Chain {
public:
    Event* first() const { return first_; }
    Event* last() const { return last_; }

    void append(Event& event) {
        (event.*links).before = last_;
        (last_ ? (last_->*links).after : first_) = &event;
        last_ = &event;
    }

    void remove(Event& event) {
        const Links around = event.*links;
        (around.before ? (around.before->*links).after : first_) = around.after;
        (around.after ? (around.after->*links).before : last_) = around.before;
        event.*links = Links();
    }

private:
    Event* first_ = nullptr;
    Event* last_ = nullptr;
};

}  // namespace kea_runscript::core
