#include "core/peer.h"

#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include "core/leftovers.h"

namespace kea_runscript::core {

using namespace std::chrono_literals;

namespace {

constexpr auto kFirstBackoff = 100ms;
constexpr auto kLastBackoff = 10'000ms;
constexpr auto kStable = 30s;
constexpr auto kReapInterval = 50ms;
constexpr std::size_t kReadSize = 65536;

/// Reads what is there now; returns false at end of file.
bool read_available(const Fd& fd, UpReader& reader) {
    char buffer[kReadSize];
    const ssize_t size = ::read(fd.get(), buffer, sizeof buffer);
    if (size > 0) {
        reader.feed({buffer, static_cast<std::size_t>(size)});
        return true;
    }
    return size < 0 && (errno == EAGAIN || errno == EINTR);
}

}  // namespace

Peer::Peer(std::vector<std::string> command, Hello hello, Notify notify, int epoll)
    : command_(std::move(command)),
      hello_(std::move(hello)),
      notify_(std::move(notify)),
      epoll_(epoll),
      start_at_(Clock::now()),
      backoff_(kFirstBackoff),
      unreaped_(leftover_children(command_.front())) {}

void Peer::tick(Clock::time_point now) {
    reap();
    if (!connected() && !refused_ && now >= start_at_) {
        start(now);
    }
}

Clock::time_point Peer::next_tick() const {
    Clock::time_point next = Clock::time_point::max();
    if (!connected() && !refused_) {
        next = start_at_;
    }
    return unreaped_.empty() ? next : std::min(next, Clock::now() + kReapInterval);
}

void Peer::start(Clock::time_point now) {
    try {
        child_ = start_child(command_);
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::permission_denied) {
            notify_(Notice::RunnerStartDenied, {hello_.entry, command_.front()});
        } else {
            notify_(Notice::RunnerStartFailed,
                    {hello_.entry, command_.front(), error.code().message()});
        }
        down_ = true;
        failed(now);
        return;
    }
    notify_(Notice::RunnerStarted, {hello_.entry, std::to_string(child_.pid)});
    started_ = now;
    heard_ = ended_ = watching_out_ = false;
    answers_ = UpReader();
    errors_ = UpReader();
    watch(child_.answers, EPOLLIN, EPOLL_CTL_ADD);
    watch(child_.errors, EPOLLIN, EPOLL_CTL_ADD);
    watch(child_.events, 0, EPOLL_CTL_ADD);
    out_ = hello_frame(hello_);
    flush();
}

void Peer::failed(Clock::time_point now) {
    start_at_ = now + backoff_;
    backoff_ = std::min<std::chrono::milliseconds>(backoff_ * 2, kLastBackoff);
}

void Peer::watch(const Fd& fd, unsigned events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd.get();
    epoll_ctl(epoll_, operation, fd.get(), &event);
}

void Peer::send(const std::string& octets) {
    out_ += octets;
}

void Peer::flush() {
    std::size_t sent = 0;
    while (connected() && sent < out_.size()) {
        const ssize_t size = write(child_.events.get(), out_.data() + sent, out_.size() - sent);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            // A full pipe is continued when it drains. Any other error means that the peer has
            // gone, which the end of file on its answers tells as well.
            break;
        }
        sent += static_cast<std::size_t>(size);
    }
    out_.erase(0, sent);
    const bool want = connected() && !out_.empty();
    if (connected() && want != watching_out_) {
        watching_out_ = want;
        watch(child_.events, want ? static_cast<unsigned>(EPOLLOUT) : 0, EPOLL_CTL_MOD);
    }
}

std::vector<UpLine> Peer::read() {
    std::vector<UpLine> lines;
    if (!connected()) {
        return lines;
    }
    read_errors();
    const bool ended = !read_available(child_.answers, answers_);
    while (const auto line = answers_.next()) {
        lines.push_back(parse_up_line(*line));
        heard_ = true;
        down_ = false;
    }
    ended_ = ended;
    return lines;
}

void Peer::read_errors() {
    if (!child_.errors) {
        return;
    }
    if (!read_available(child_.errors, errors_)) {
        watch(child_.errors, 0, EPOLL_CTL_DEL);
        child_.errors.reset();
    }
    while (const auto line = errors_.next()) {
        notify_(Notice::Noise, {hello_.entry, *line});
    }
}

void Peer::close() {
    if (!connected()) {
        return;
    }
    const auto now = Clock::now();
    down_ = down_ || !heard_;
    if (now - started_ >= kStable) {
        backoff_ = kFirstBackoff;
    }
    failed(now);
    unreaped_.push_back(child_.pid);
    child_ = Child();
    ended_ = false;
    out_.clear();
}

void Peer::reap() {
    // Kea's own handler of SIGCHLD may have been faster (ECHILD); that is as good.
    const auto gone = [this](pid_t pid) {
        int status = 0;
        const pid_t result = waitpid(pid, &status, WNOHANG);
        if (result == pid && WIFEXITED(status) && WEXITSTATUS(status) == kVersionRefused) {
            refused_ = down_ = true;
            notify_(Notice::RunnerRefused, {hello_.entry, command_.front()});
        }
        return result == pid || (result < 0 && errno == ECHILD);
    };
    unreaped_.erase(std::remove_if(unreaped_.begin(), unreaped_.end(), gone), unreaped_.end());
}

bool Peer::reap_until(Clock::time_point deadline) {
    for (reap(); !unreaped_.empty() && Clock::now() < deadline; reap()) {
        std::this_thread::sleep_for(1ms);
    }
    return unreaped_.empty();
}

}  // namespace kea_runscript::core
