// How events end, and what becomes of the packets that wait for them.
#include <algorithm>

#include "core/engine.h"
#include "core/escape.h"

namespace kea_runscript::core {

namespace {

Notice output_notice(std::string_view level) {
    return level == "debug"   ? Notice::OutputDebug
           : level == "warn"  ? Notice::OutputWarning
           : level == "error" ? Notice::OutputError
                              : Notice::Output;
}

}  // namespace

void Engine::apply(const UpLine& line, Clock::time_point now) {
    Event* const event = line.id != 0 ? queue_.find_open(line.id) : nullptr;
    switch (line.kind) {
        case UpKind::Ready:
            if (line.window != 0) {
                window_ = std::min<std::size_t>(window_, line.window);
            }
            return;
        case UpKind::Bye:
            note(Notice::PeerRestarts, {peer_.title()});
            bye_ = true;
            return;
        case UpKind::Log:
            say(output_notice(line.level), event ? describe(*event) : "-", line.text, now);
            return;
        case UpKind::Noise:
            ++status_.noise;
            say(Notice::Noise, peer_.title(), line.text, now);
            return;
        case UpKind::Done:
        case UpKind::Fail:
            break;
    }
    if (event) {
        heard_ = now;
        answer(*event, line, now);
    } else {
        ++status_.noise;
        say(Notice::Noise, peer_.title(),
            "an answer for event " + std::to_string(line.id) + ", which is not open", now);
    }
}

void Engine::answer(Event& event, const UpLine& line, Clock::time_point now) {
    if (line.kind == UpKind::Fail) {
        status_.timeouts += line.text.rfind("timeout", 0) == 0 ? 1 : 0;
        lose_event(event, escaped(line.text), now);
        return;
    }
    const auto mapped = config_.exit_codes.find(line.code);
    if (mapped == config_.exit_codes.end() && line.code != 0) {
        const std::string text = line.text.empty() ? "" : ": " + escaped(line.text);
        fail_event(event, "exit code " + std::to_string(line.code) + text, now);
        return;
    }
    if (!line.text.empty()) {
        say(Notice::Output, describe(event), line.text, now);
    }
    ++status_.answered;
    replay_answered(event, now);
    end_event(event, mapped == config_.exit_codes.end() ? Verdict::Continue : mapped->second, now);
}

/// Whether one more line can be told now that somebody reads, and no more than the log can take.
bool Engine::may_say(Notice notice, Clock::time_point now) {
    return wanted_(notice) && output_.take(now);
}

/// Tells what a script or a peer says.
void Engine::say(Notice notice, const std::string& who, std::string_view text,
                 Clock::time_point now) {
    if (may_say(notice, now)) {
        note(notice, {who, escaped(text)});
    }
}

void Engine::lose_peer(const Peer::Loss& loss, Clock::time_point now) {
    if (!loss.expected) {
        note(Notice::PeerEnded, {peer_.title(), loss.how, std::to_string(queue_.open())});
    }
    window_ = config_.max_parallel;
    bye_ = false;
    if (config_.mode != Mode::Exec && replay_.needs_all()) {
        give_up_replay(peer_.title() + " was lost, and with it what it had been told", now);
    }
    for (Event* event : queue_.open_events()) {
        if (event->replay != 0 && !replay_.is_current(event->replay)) {
            queue_.finish(*event);
        } else if (event->retry) {
            lose_event(*event, peer_.title() + " was lost twice", now);
        } else {
            queue_.reopen(*event);
        }
    }
}

/// Nobody knows how far the script has come, if it was told at all.
void Engine::lose_event(Event& event, const std::string& reason, Clock::time_point now) {
    status_.dirty = true;
    fail_event(event, reason, now);
}

void Engine::fail_event(Event& event, const std::string& reason, Clock::time_point now) {
    const std::string name = describe(event);
    note(Notice::EventFailed, {name, reason});
    ++status_.failures;
    status_.last_failure = name + ": " + reason;
    status_.last_failure_at = std::chrono::system_clock::now();
    if (event.replay == 0 ? replay_.needs_all() : replay_.is_current(event.replay)) {
        give_up_replay(name + ": " + reason, now);
    }
    end_event(event, config_.on_failure, now);
}

void Engine::end_event(Event& event, Verdict verdict, Clock::time_point now) {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now - event.opened);
    status_.run_time_us += static_cast<std::uint64_t>(took.count());
    status_.events += event.replay != 0 ? 1 : 0;
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
    ++status_.bypassed;
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

void Engine::note(Notice notice, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), config_.name);
    notices_.emplace_back(notice, std::move(arguments));
}

std::string Engine::describe(const Event& event) {
    return std::string(event.point->name) + " " + event.key;
}

}  // namespace kea_runscript::core
