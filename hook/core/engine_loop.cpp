// The engine's I/O thread: the only one that touches the stream, the timers and the child.
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

#include "core/engine.h"

namespace kea_runscript::core {

using namespace std::chrono_literals;

namespace {

/// How much longer than `timeout` the runner may take to end a script and to say so.
constexpr auto kRunnerGrace = 5s;

/// How long a worker may take to its first line, if `timeout` is not more.
constexpr std::chrono::milliseconds kFirstTimeout = 10s;

/// How long the beginning and the end of a replay may take, if `timeout` is not more: a worker then
/// lists, or removes, what it has for all leases.
constexpr std::chrono::milliseconds kMarkTimeout = 1min;

/// How long a peer without anything to do may take to end.
constexpr auto kEndGrace = 200ms;

constexpr std::chrono::milliseconds kLongSleep = 1min;

/// So much may wait for a peer that does not read.
constexpr std::size_t kUnsent = 262'144;

/// This part of what may be open at once a replay may have, so that live events find room.
constexpr std::size_t kReplayShare = 8;

}  // namespace

void Engine::run() {
    bool stopping = false;
    while (true) {
        std::vector<std::pair<Notice, std::vector<std::string>>> notices;
        std::vector<std::pair<std::function<void(Verdict)>, Verdict>> settled;

        const auto now = Clock::now();
        const std::vector<UpLine>& lines = peer_.read(now);
        peer_.tick(now, stopping);
        bool done = false;
        auto step = Replay::Step::None;
        {
            const Lock lock(mutex_);
            stopping = stopping_;
            for (const UpLine& line : lines) {
                apply(line, now);
            }
            if (const auto loss = peer_.take_loss()) {
                lose_peer(*loss, now);
            }
            expire(now);
            dispatch(now);
            done = stopping && finished(now);
            step = step_replay(now);
            note_peer();
            wakes_at_ = next_wake(now);
            asleep_ = true;
            std::swap(notices, notices_);
            std::swap(settled, settled_);
        }
        peer_.flush();
        feed_replay(step);
        for (const auto& [callback, verdict] : settled) {
            callback(verdict);
        }
        for (const auto& [notice, arguments] : notices) {
            notify_(notice, arguments);
        }
        if (done) {
            leave();
            return;
        }
        sleep();
    }
}

void Engine::note_peer() {
    peer_down_ = peer_.down();
    status_.connected = peer_.connected();
    status_.pid = peer_.pid();
    status_.restarts = std::max<std::size_t>(peer_.streams(), 1) - 1;
}

void Engine::sleep() {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(wakes_at_ - Clock::now());
    epoll_event events[8];
    const int count = epoll_wait(epoll_.get(), events, 8,
                                 static_cast<int>(std::clamp(left, 0ms, kLongSleep).count()));
    for (int i = 0; i < count; ++i) {
        if (events[i].data.fd == wake_.get()) {
            std::uint64_t woken = 0;
            [[maybe_unused]] const ssize_t size = ::read(wake_.get(), &woken, sizeof woken);
        } else {
            peer_.on_event(events[i].data.fd, events[i].events);
        }
    }
}

Clock::time_point Engine::next_wake(Clock::time_point now) const {
    auto next = std::min({peer_.next_tick(now), patience_end(), output_.due(), replay_.due()});
    if (!deadlines_.empty()) {
        next = std::min(next, deadlines_.begin()->first);
    }
    return stopping_ ? std::min(next, stop_deadline_) : next;
}

/// When a peer counts as hung, unless it answers before; far away if it has nothing to answer.
Clock::time_point Engine::patience_end() const {
    const Event* const oldest = queue_.longest_open();
    if (!oldest || !peer_.connected()) {
        return Clock::time_point::max();
    }
    if (config_.mode == Mode::Exec) {
        return oldest->opened + config_.timeout + kRunnerGrace;
    }
    const bool mark = oldest->point->origin == Origin::Replay && !oldest->point->family;
    const auto least = mark ? kMarkTimeout : peer_.heard() ? 0ms : kFirstTimeout;
    const auto limit = std::max(config_.timeout, least);
    return std::min(heard_ + limit, oldest->opened + limit * config_.max_parallel);
}

void Engine::expire(Clock::time_point now) {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const std::shared_ptr<Waiter> waiter = deadlines_.begin()->second;
        give_up(*waiter);
    }
    if (now >= patience_end()) {
        Event& oldest = *queue_.longest_open();
        note(Notice::PeerHung, {peer_.title(), describe(oldest)});
        ++status_.timeouts;
        lose_event(oldest, peer_.title() + " does not answer", now);
        peer_.close(now, false);
    }
    if (std::exchange(restart_, false)) {
        peer_.restart(now);
    }
    if (bye_ && queue_.open() == 0 && peer_.connected()) {
        peer_.close(now, true);
    }
    if (const std::size_t lines = output_.held_back(now)) {
        note(Notice::OutputHeldBack, {std::to_string(lines)});
    }
}

void Engine::dispatch(Clock::time_point now) {
    const bool sends = peer_.connected() && !bye_ && !drain_sent_;
    room_ = sends ? window_ : 0;
    replay_room_ = std::max<std::size_t>(window_ / kReplayShare, 1);
    while (queue_.open() < room_ && queue_.may_open(replay_room_)) {
        if (peer_.unsent() >= kUnsent) {
            room_ = 0;  // until it has read some
            break;
        }
        if (queue_.open() == 0) {
            heard_ = now;
        }
        const Event& event = *queue_.open_next(now);
        peer_.send(event_frame(event.id, event.point->name, event.retry, !event.waiters.empty(),
                               event.lines));
    }
    if (sends && stopping_ && queue_.open() == queue_.size()) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(stop_deadline_ - now);
        peer_.send(drain_frame(static_cast<unsigned>(std::max(left, 0ms).count())));
        drain_sent_ = true;
    }
}

bool Engine::finished(Clock::time_point now) const {
    return queue_.size() == 0 || now >= stop_deadline_ || !peer_.listening();
}

void Engine::leave() {
    bool busy = false;
    std::size_t undelivered = 0;
    {
        const Lock lock(mutex_);
        left_ = true;
        busy = queue_.open() != 0;
        undelivered = queue_.live();
    }
    if (undelivered != 0) {
        notify_(Notice::Undelivered, {config_.name, std::to_string(undelivered)});
    }
    // One that still runs ends with its stream; the next load() collects its status.
    peer_.leave(Clock::now() + (busy ? 0ms : kEndGrace));
}

}  // namespace kea_runscript::core
