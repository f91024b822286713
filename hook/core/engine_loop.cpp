// The engine's I/O thread: the only one that touches the stream, the timers and the child.
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

#include "core/engine.h"
#include "core/escape.h"

namespace kea_runscript::core {

using namespace std::chrono_literals;

namespace {

/// How much longer than `timeout` the runner may take to end a script and to say so.
constexpr auto kRunnerGrace = 5s;

/// How long a runner without anything to do may take to end.
constexpr auto kEndGrace = 200ms;

constexpr std::chrono::milliseconds kLongSleep = 1min;

}  // namespace

void Engine::run() {
    bool stopping = false;
    while (true) {
        std::vector<std::pair<Notice, std::vector<std::string>>> notices;
        std::vector<std::pair<std::function<void(Verdict)>, Verdict>> settled;
        Clock::time_point next;

        const std::vector<UpLine> lines = peer_.read();
        const auto now = Clock::now();
        if (!stopping || peer_.connected()) {
            peer_.tick(now);
        }
        bool done = false;
        {
            const Lock lock(mutex_);
            stopping = stopping_;
            for (const UpLine& line : lines) {
                apply(line);
            }
            if (peer_.ended()) {
                lose_peer("its runner ended twice");
            }
            expire(now);
            peer_down_ = peer_.down();
            dispatch(now);
            done = stopping && finished(now);
            next = next_wake();
            std::swap(notices, notices_);
            std::swap(settled, settled_);
        }
        peer_.flush();
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
        sleep_until(next);
    }
}

void Engine::sleep_until(Clock::time_point next) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
    epoll_event events[8];
    epoll_wait(epoll_.get(), events, 8,
               static_cast<int>(std::clamp(left, 0ms, kLongSleep).count()));
    std::uint64_t count = 0;
    if (::read(wake_.get(), &count, sizeof count) > 0) {
        const Lock lock(mutex_);
        wake_pending_ = false;
    }
}

Clock::time_point Engine::next_wake() const {
    auto next = peer_.next_tick();
    if (!deadlines_.empty()) {
        next = std::min(next, deadlines_.begin()->first);
    }
    if (const Event* oldest = queue_.longest_open()) {
        next = std::min(next, oldest->opened + config_.timeout + kRunnerGrace);
    }
    return stopping_ ? std::min(next, stop_deadline_) : next;
}

void Engine::apply(const UpLine& line) {
    Event* const event = line.id != 0 ? queue_.find_open(line.id) : nullptr;
    switch (line.kind) {
        case UpKind::Ready:
            if (line.window != 0) {
                window_ = std::min(window_, line.window);
            }
            return;
        case UpKind::Log:
            note(Notice::Output, {event ? describe(*event) : "-", escaped(line.text)});
            return;
        case UpKind::Noise:
            note(Notice::Noise, {escaped(line.text)});
            return;
        case UpKind::Done:
        case UpKind::Fail:
            break;
    }
    if (!event) {
        note(Notice::Noise,
             {"an answer for event " + std::to_string(line.id) + ", which is not open"});
    } else if (line.kind == UpKind::Fail) {
        fail_event(*event, escaped(line.text));
    } else if (line.code != 0) {
        fail_event(*event, "exit code " + std::to_string(line.code));
    } else {
        end_event(*event, Verdict::Continue);
    }
}

void Engine::lose_peer(const std::string& reason) {
    note(Notice::RunnerEnded, {std::to_string(peer_.pid()), std::to_string(queue_.open())});
    peer_.close();
    window_ = config_.max_parallel;
    for (Event* event : queue_.open_events()) {
        if (event->retry) {
            fail_event(*event, reason);
        } else {
            queue_.reopen(*event);
        }
    }
}

void Engine::expire(Clock::time_point now) {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const std::shared_ptr<Waiter> waiter = deadlines_.begin()->second;
        give_up(*waiter);
    }
    Event* const oldest = queue_.longest_open();
    if (oldest && now >= oldest->opened + config_.timeout + kRunnerGrace) {
        note(Notice::RunnerHung, {std::to_string(peer_.pid()), describe(*oldest)});
        fail_event(*oldest, "the runner does not answer");
        lose_peer("the runner does not answer");
    }
}

void Engine::dispatch(Clock::time_point now) {
    if (!peer_.connected() || drain_sent_) {
        return;
    }
    while (queue_.open() < window_) {
        const Event* const event = queue_.open_next(now);
        if (!event) {
            break;
        }
        peer_.send(event_frame(event->id, event->point->name, event->retry, !event->waiters.empty(),
                               event->lines));
    }
    if (stopping_ && queue_.open() == queue_.size()) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(stop_deadline_ - Clock::now());
        peer_.send(drain_frame(static_cast<unsigned>(std::max(left, 0ms).count())));
        drain_sent_ = true;
    }
}

void Engine::fail_event(Event& event, const std::string& reason) {
    note(Notice::EventFailed, {describe(event), reason});
    end_event(event, config_.on_failure);
}

void Engine::end_event(Event& event, Verdict verdict) {
    for (const std::shared_ptr<Waiter>& waiter : event.waiters) {
        auto& open = waiter->events;
        open.erase(std::find(open.begin(), open.end(), &event));
        waiter->verdict = strictest(waiter->verdict, verdict);
        if (open.empty()) {
            settle(*waiter, waiter->verdict);
        }
    }
    queue_.finish(event);
}

/// The packet goes on without an answer; its events run all the same.
void Engine::give_up(Waiter& waiter) {
    note(Notice::PacketLate, {std::to_string(config_.timeout.count())});
    queue_.detach(waiter);
    settle(waiter, strictest(waiter.verdict, config_.on_failure));
}

void Engine::settle(Waiter& waiter, Verdict verdict) {
    waiter.settled = true;
    waiter.verdict = verdict;
    waiter.changed.notify_all();
    if (waiter.on_settled) {
        const auto [first, last] = deadlines_.equal_range(waiter.deadline);
        deadlines_.erase(std::find_if(
            first, last, [&](const auto& deadline) { return deadline.second.get() == &waiter; }));
        settled_.emplace_back(std::exchange(waiter.on_settled, nullptr), verdict);
    }
}

bool Engine::finished(Clock::time_point now) {
    return queue_.size() == 0 || now >= stop_deadline_ || !peer_.connected();
}

void Engine::leave() {
    const bool busy = queue_.open() != 0;
    const std::size_t left = queue_.size();
    if (left != 0) {
        notify_(Notice::Undelivered, {config_.name, std::to_string(left)});
    }
    peer_.close();
    // A runner whose scripts still run ends with them; the next load() collects its status.
    peer_.reap_until(Clock::now() + (busy ? 0ms : kEndGrace));
}

}  // namespace kea_runscript::core
