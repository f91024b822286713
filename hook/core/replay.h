#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include "core/event.h"

namespace kea_runscript::core {

/// A page is wanted only while fewer events than that wait.
constexpr std::size_t kReplayAhead = 256;

/// Where the events of a replay come from. Both are called in the engine's I/O thread, without
/// locks, and must not throw.
struct ReplaySource {
    /// Asks for the next page of active leases, at most `size`: the first one of a replay or what
    /// follows the page before. Returns at once; Engine::add_page() or Engine::fail_replay() is the
    /// answer.
    std::function<void(std::uint64_t generation, bool first, std::size_t size)> want_page;
    /// Makes the event `replay_begin`, or `replay_end` of so many leases. Its key is the engine's.
    std::function<std::unique_ptr<Event>(const HookPoint& point, std::size_t leases)> make_mark;
};

/// How far a replay is: the run of the script through all active leases, between `replay_begin` and
/// `replay_end`. Knows nothing of queue and stream; the engine's mutex guards it.
class Replay {
public:
    enum class Phase {
        None,
        Waiting,  ///< for its time
        Begin,    ///< `replay_begin` is not answered yet
        Leases,   ///< leases are read and told
        End,      ///< `replay_end` is not answered yet
    };

    /// What is to be done next.
    enum class Step { None, Begin, Page, End };

    Phase phase() const { return phase_; }

    /// Numbers the replays. What belongs to an older one has no effect.
    std::uint64_t generation() const { return generation_; }
    bool is_current(std::uint64_t generation) const {
        return phase_ >= Phase::Begin && generation == generation_;
    }

    /// Whether `replay_end` must not come after a failure: the script then lacks a lease.
    bool needs_all() const { return phase_ == Phase::Leases || phase_ == Phase::End; }

    /// Asks for a replay. One that has begun to read leases is followed by another.
    void request(Clock::time_point now);

    /// When it goes on; far away unless it waits for its time.
    Clock::time_point due() const;

    /// `waiting`: how many events wait; `oldest`: the age of the oldest live event that has not
    /// ended.
    Step next_step(Clock::time_point now, std::size_t waiting, std::uint64_t oldest) const;

    /// Takes that step.
    void take(Step step, Clock::time_point now);

    /// Whether no page has come yet.
    bool at_first_page() const { return pages_ == 0; }

    /// The most leases of the page that is wanted.
    std::size_t page_size() const { return gentle_ ? kShortPage : kPage; }

    /// A page has come.
    void add_page(std::size_t leases, bool last);

    /// One of its leases is queued, or was dropped again because of a claim.
    void add_event() { ++pending_; }
    void drop_event() { --pending_; }

    /// Notes a live event: clients are being served.
    void note_live(Clock::time_point now) { live_ = now; }

    /// Notes that a live event tells the script of its lease: that is as good as if we did. Returns
    /// whether leases are being told.
    bool claim(const Event& live);
    bool is_claimed(const std::string& key) const { return claims_.count(key) != 0; }

    /// An event of this replay has been answered. Returns true if that was the last one.
    bool answered(Clock::time_point now);

    /// It is over, and another one begins after the time returned.
    std::chrono::seconds fail(Clock::time_point now);

    /// It is over, and nothing follows.
    void stop() { phase_ = Phase::None; }

    /// Leases read so far; and those that the script has dealt with.
    std::size_t leases() const { return leases_; }
    std::size_t told() const { return leases_ - pending_; }

    std::chrono::milliseconds duration(Clock::time_point now) const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now - began_);
    }

private:
    bool is_told() const { return all_read_ && pending_ == 0; }
    bool may_read() const { return phase_ == Phase::Leases && !all_read_ && !reading_; }

    /// About as long as a packet takes, so that none waits for more.
    static constexpr std::size_t kPage = 32;

    /// While clients are served, and for so long afterwards, pages are short, and one is wanted
    /// only after a break: kBreaks times as long as all took that the one before has caused, but no
    /// longer than kLongestBreak. What clients wait for runs on the same processors.
    static constexpr std::chrono::milliseconds kServing{100};
    static constexpr std::size_t kShortPage = 8;
    static constexpr int kBreaks = 4;
    static constexpr std::chrono::milliseconds kLongestBreak{10};

    static constexpr std::chrono::seconds kFirstBackoff{1};
    static constexpr std::chrono::seconds kLastBackoff{60};

    Phase phase_ = Phase::None;
    std::uint64_t generation_ = 0;
    bool again_ = false;  // asked for while this one runs
    Clock::time_point due_;
    Clock::time_point began_;
    std::chrono::seconds backoff_ = kFirstBackoff;

    bool reading_ = false;  // a page has been asked for
    bool all_read_ = false;
    std::size_t pages_ = 0;
    std::size_t leases_ = 0;
    std::size_t pending_ = 0;        // of those, how many are queued or run
    Clock::time_point live_;         // when the last live event came
    bool gentle_ = false;            // clients were served when the last page was asked for
    Clock::time_point asked_;        // when that was
    Clock::time_point break_until_;  // after what it caused
    std::unordered_set<std::string> claims_;
    std::uint64_t last_claim_ = 0;  // the age of the youngest live event that claims
};

}  // namespace kea_runscript::core
