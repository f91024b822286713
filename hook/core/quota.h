#pragma once

#include <cstddef>

#include "core/event.h"

namespace kea_runscript::core {

/// Lets so many lines of a second through and counts the others.
class Quota {
public:
    explicit Quota(std::size_t lines_per_second) : limit_(lines_per_second) {}

    /// Whether one more line may be written.
    bool take(Clock::time_point now) {
        if (held_back_ == 0 && now >= end_) {
            end_ = now + std::chrono::seconds(1);
            taken_ = 0;
        }
        const bool free = now < end_ && taken_ < limit_;
        ++(free ? taken_ : held_back_);
        return free;
    }

    /// When held_back() has something to tell; far away if never.
    Clock::time_point due() const { return held_back_ == 0 ? Clock::time_point::max() : end_; }

    /// How many lines the second that is over has held back, once.
    std::size_t held_back(Clock::time_point now) {
        return now < due() ? 0 : std::exchange(held_back_, 0);
    }

private:
    const std::size_t limit_;
    Clock::time_point end_;
    std::size_t taken_ = 0;
    std::size_t held_back_ = 0;
};

}  // namespace kea_runscript::core
