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
        say(Notice::Noise, peer_.title(),
            "an answer for event " + std::to_string(line.id) + ", which is not open", now);
    }
}

void Engine::answer(Event& event, const UpLine& line, Clock::time_point now) {
    if (line.kind == UpKind::Fail) {
        fail_event(event, escaped(line.text));
        return;
    }
    const auto mapped = config_.exit_codes.find(line.code);
    if (mapped == config_.exit_codes.end() && line.code != 0) {
        const std::string text = line.text.empty() ? "" : ": " + escaped(line.text);
        fail_event(event, "exit code " + std::to_string(line.code) + text);
        return;
    }
    if (!line.text.empty()) {
        say(Notice::Output, describe(event), line.text, now);
    }
    end_event(event, mapped == config_.exit_codes.end() ? Verdict::Continue : mapped->second);
}

/// Tells what a script or a peer says, but not more of it than the log can take.
void Engine::say(Notice notice, const std::string& who, std::string_view text,
                 Clock::time_point now) {
    if (output_.take(now)) {
        note(notice, {who, escaped(text)});
    }
}

void Engine::lose_peer(const Peer::Loss& loss) {
    if (!loss.expected) {
        note(Notice::PeerEnded, {peer_.title(), loss.how, std::to_string(queue_.open())});
    }
    window_ = config_.max_parallel;
    bye_ = false;
    for (Event* event : queue_.open_events()) {
        if (event->retry) {
            fail_event(*event, peer_.title() + " was lost twice");
        } else {
            queue_.reopen(*event);
        }
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

void Engine::note(Notice notice, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), config_.name);
    notices_.emplace_back(notice, std::move(arguments));
}

std::string Engine::describe(const Event& event) {
    return std::string(event.point->name) + " " + event.key;
}

}  // namespace kea_runscript::core
