#include "core/replay.h"

#include <algorithm>

namespace kea_runscript::core {

void Replay::request(Clock::time_point now) {
    switch (phase_) {
        case Phase::None:
        case Phase::Waiting:
            phase_ = Phase::Waiting;
            due_ = now;
            return;
        case Phase::Begin:
            return;  // it has not read anything yet
        case Phase::Leases:
        case Phase::End:
            again_ = true;
            return;
    }
}

Clock::time_point Replay::due() const {
    if (phase_ == Phase::Waiting) {
        return due_;
    }
    return may_read() && gentle_ && pending_ == 0 ? break_until_ : Clock::time_point::max();
}

Replay::Step Replay::next_step(Clock::time_point now, std::size_t waiting,
                               std::uint64_t oldest) const {
    if (phase_ == Phase::Waiting && now >= due_) {
        return Step::Begin;
    }
    if (may_read() && (gentle_ ? pending_ == 0 && now >= break_until_ : waiting < kReplayAhead)) {
        return Step::Page;
    }
    // Live events whose leases we did not tell must have ended: their runs are the claims.
    if (phase_ == Phase::Leases && is_told() && oldest > last_claim_) {
        return Step::End;
    }
    return Step::None;
}

void Replay::take(Step step, Clock::time_point now) {
    switch (step) {
        case Step::None:
            return;
        case Step::Begin:
            phase_ = Phase::Begin;
            ++generation_;
            began_ = now;
            again_ = reading_ = all_read_ = gentle_ = false;
            pages_ = leases_ = pending_ = last_claim_ = 0;
            claims_.clear();
            return;
        case Step::Page:
            reading_ = true;
            asked_ = now;
            gentle_ = now - live_ < kServing;
            return;
        case Step::End:
            phase_ = Phase::End;
            return;
    }
}

void Replay::add_page(std::size_t leases, bool last) {
    reading_ = false;
    all_read_ = last;
    ++pages_;
    leases_ += leases;
}

bool Replay::claim(const Event& live) {
    if (phase_ != Phase::Leases || is_told()) {
        return false;
    }
    claims_.insert(live.key);
    last_claim_ = std::max(last_claim_, live.age);
    return true;
}

bool Replay::answered(Clock::time_point now) {
    switch (phase_) {
        case Phase::Begin:
            phase_ = Phase::Leases;
            return false;
        case Phase::Leases:
            if (--pending_ == 0) {
                break_until_ =
                    now + std::min<Clock::duration>(kBreaks * (now - asked_), kLongestBreak);
            }
            return false;
        case Phase::End:
            phase_ = again_ ? Phase::Waiting : Phase::None;
            due_ = now;
            backoff_ = kFirstBackoff;
            claims_ = {};
            return true;
        case Phase::None:
        case Phase::Waiting:
            break;
    }
    return false;
}

std::chrono::seconds Replay::fail(Clock::time_point now) {
    const auto wait = backoff_;
    phase_ = Phase::Waiting;
    due_ = now + wait;
    backoff_ = std::min(backoff_ * 2, kLastBackoff);
    claims_ = {};
    return wait;
}

}  // namespace kea_runscript::core
