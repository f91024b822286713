#include "runner/runner.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <system_error>
#include <vector>

#include "runner/signals.h"

namespace kea_runscript::runner {

using namespace std::chrono_literals;
using core::Clock;

namespace {

constexpr int kStream = 0;
constexpr int kAnswers = 1;

constexpr std::size_t kReadSize = 65536;
/// While the server reads no faster than this, lines of the script's output are left out.
constexpr std::size_t kMaxWaitingOutput = 262144;

bool is_open(int fd) {
    return fcntl(fd, F_GETFD) != -1;
}

}  // namespace

Runner::Runner(Options options)
    : options_(std::move(options)),
      epoll_(core::make_epoll()),
      children_(child_signals()),
      null_(open("/dev/null", O_RDONLY | O_CLOEXEC)) {
    if (!null_) {
        throw std::system_error(errno, std::generic_category(), "cannot open /dev/null");
    }
    core::set_nonblocking(kAnswers);
    from_file_ = !watch(kStream, EPOLLIN, EPOLL_CTL_ADD);
    watch(kAnswers, 0, EPOLL_CTL_ADD);
    watch(children_.get(), EPOLLIN, EPOLL_CTL_ADD);
    if (is_open(kLifeline)) {
        watch(kLifeline, EPOLLIN, EPOLL_CTL_ADD);
    }
}

int Runner::run() {
    while (!ended_ || !scripts_.empty()) {
        flush();
        const bool readable = from_file_ && !paused_ && !ended_;
        epoll_event events[64];
        const int count =
            epoll_wait(epoll_.get(), events, 64, readable ? 0 : milliseconds_to_next_signal());
        for (int i = 0; i < count; ++i) {
            const int fd = events[i].data.fd;
            if (fd == kStream) {
                read_stream();
            } else if (fd == kLifeline) {
                // The server is gone, even if somebody else holds the stream open.
                ended_ = true;
                watch(kLifeline, 0, EPOLL_CTL_DEL);
            } else if (fd == children_.get()) {
                collect();
            } else if (const auto output = outputs_.find(fd); output != outputs_.end()) {
                read_output(scripts_.at(output->second));
            } else if (fd == kAnswers && (events[i].events & EPOLLERR) != 0) {
                // Nobody reads the answers any more.
                ended_ = true;
                watch(kAnswers, 0, EPOLL_CTL_DEL);
            }
        }
        if (readable) {
            read_stream();
        }
        signal_overdue();
    }
    flush();
    return status_;
}

/// Returns false where there is nothing to watch, as with a file.
bool Runner::watch(int fd, unsigned events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    return epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

void Runner::read_stream() {
    char buffer[kReadSize];
    const ssize_t size = read(kStream, buffer, sizeof buffer);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (size <= 0) {
        end_of_stream();
        return;
    }
    stream_.feed({buffer, static_cast<std::size_t>(size)});
    serve();
}

void Runner::serve() {
    // The server never has more events open than the window; a file fed by hand may.
    while (scripts_.size() < window_) {
        const auto frame = stream_.next();
        if (!frame) {
            break;
        }
        if (!accept(*frame)) {
            end_of_stream();
            return;
        }
    }
    const bool full = scripts_.size() >= window_;
    if (full != paused_ && !ended_) {
        paused_ = full;
        watch(kStream, full ? 0 : static_cast<unsigned>(EPOLLIN), EPOLL_CTL_MOD);
    }
}

void Runner::end_of_stream() {
    ended_ = true;
    watch(kStream, 0, EPOLL_CTL_DEL);
}

/// Acts on one frame; returns false when there is nothing more to expect of the stream.
bool Runner::accept(const core::DownFrame& frame) {
    const auto& [name, value] = frame.first;
    if (name == "HELLO") {
        greeted_ = value == std::to_string(core::kProtocolVersion);
        out_ += greeted_ ? "ready 1\n" : "";
        for (const auto& [key, text] : frame.pairs) {
            if (key == "WINDOW") {
                std::from_chars(text.data(), text.data() + text.size(), window_);
            }
        }
    }
    if (!greeted_) {
        status_ = core::kVersionRefused;
        return false;
    }
    if (name == "EVENT") {
        run_script(frame);
    }
    return true;
}

void Runner::run_script(const core::DownFrame& frame) {
    const std::string_view value = frame.first.second;
    const std::size_t space = value.find(' ');
    Script script;
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), script.event);
    if (error != std::errc() || space == std::string::npos || end != value.data() + space) {
        log("-", "an event without id or hook point is skipped: " + std::string(value));
        return;
    }
    const int failure = start_script(script, options_, value.substr(space + 1), frame, null_.get());
    if (failure != 0) {
        out_ += "fail " + std::to_string(script.event) + " spawn:" + std::to_string(failure) + " " +
                options_.script + ": " + std::generic_category().message(failure) + "\n";
        return;
    }
    script.next_signal = Clock::now() + options_.timeout;
    watch(script.output.get(), EPOLLIN, EPOLL_CTL_ADD);
    outputs_.emplace(script.output.get(), script.pid);
    scripts_.emplace(script.pid, std::move(script));
}

void Runner::read_output(Script& script) {
    char buffer[kReadSize];
    const ssize_t size = read(script.output.get(), buffer, sizeof buffer);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    script.lines.feed(size > 0 ? std::string_view(buffer, static_cast<std::size_t>(size)) : "\n");
    while (const auto line = script.lines.next()) {
        if (!line->empty()) {
            log(std::to_string(script.event), *line);
        }
    }
    if (size <= 0) {
        outputs_.erase(script.output.get());
        script.output.reset();
    }
}

void Runner::collect() {
    drain(children_);
    // Looked at first and collected last: until then nobody else can have its process group.
    siginfo_t ended{};
    while (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0) {
        const auto script = scripts_.find(ended.si_pid);
        if (script != scripts_.end()) {
            finish(script->second, ended);
            scripts_.erase(script);
        }
        waitpid(ended.si_pid, nullptr, WNOHANG);
        ended = {};
    }
    serve();
}

void Runner::finish(Script& script, const siginfo_t& ended) {
    if (script.timed_out) {
        kill(-script.pid, SIGKILL);  // whatever of its group has outlived it
    }
    // What it wrote last is still in the pipe. A process that it left behind may hold the pipe
    // open: its output is nobody's.
    while (script.output && outputs_.count(script.output.get()) != 0) {
        const std::size_t before = out_.size();
        read_output(script);
        if (out_.size() == before) {
            break;
        }
    }
    outputs_.erase(script.output.get());
    const std::string id = std::to_string(script.event);
    if (script.timed_out) {
        out_ +=
            "fail " + id + " timeout after " + std::to_string(options_.timeout.count()) + " ms\n";
    } else if (ended.si_code != CLD_EXITED) {
        out_ += "fail " + id + " signal:" + std::to_string(ended.si_status) + "\n";
    } else {
        out_ += "done " + id + " " + std::to_string(ended.si_status) + "\n";
    }
}

void Runner::signal_overdue() {
    const auto now = Clock::now();
    for (auto& [pid, script] : scripts_) {
        if (now >= script.next_signal) {
            kill(-pid, script.timed_out ? SIGKILL : SIGTERM);
            script.timed_out = true;
            script.next_signal = now + kKillAfter;
        }
    }
}

int Runner::milliseconds_to_next_signal() const {
    if (scripts_.empty()) {
        return -1;
    }
    auto next = Clock::time_point::max();
    for (const auto& [pid, script] : scripts_) {
        next = std::min(next, script.next_signal);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
    return static_cast<int>(std::max<decltype(left)>(left, 0));
}

void Runner::log(const std::string& event, std::string_view text) {
    if (out_.size() < kMaxWaitingOutput) {
        out_ += "log info " + event + " ";
        out_.append(text.substr(0, core::kMaxUpLine - 64)) += '\n';
    }
}

void Runner::flush() {
    const ssize_t size = out_.empty() ? 0 : write(kAnswers, out_.data(), out_.size());
    if (size > 0) {
        out_.erase(0, static_cast<std::size_t>(size));
    } else if (size < 0 && errno != EAGAIN && errno != EINTR) {
        out_.clear();
        ended_ = true;
    }
    if (out_.empty() == watching_out_) {
        watching_out_ = !out_.empty();
        watch(kAnswers, watching_out_ ? static_cast<unsigned>(EPOLLOUT) : 0, EPOLL_CTL_MOD);
    }
}

}  // namespace kea_runscript::runner
