#include "core/peer.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include "core/child.h"
#include "core/leftovers.h"
#include "core/socket.h"

namespace kea_runscript::core {

using namespace std::chrono_literals;

namespace {

constexpr auto kFirstBackoff = 100ms;
constexpr auto kLastBackoff = 10'000ms;
constexpr auto kStable = 30s;
constexpr auto kFirstReap = 1ms;
constexpr auto kReapInterval = 50ms;

/// How much longer than `timeout` a peer may take to end when its stream has: the runner gives a
/// worker 2 s and, after a SIGTERM, one more.
constexpr auto kCloseGrace = 4s;

constexpr int kReapedElsewhere = -1;

std::vector<std::string> runner_command(const std::string& runner, const Config& config) {
    std::vector<std::string> command{runner, "--timeout", std::to_string(config.timeout.count())};
    for (const auto& [name, value] : config.environment) {
        command.emplace_back("--environment");
        command.emplace_back(name).append("=").append(value);
    }
    if (config.mode == Mode::Worker) {
        command.emplace_back("--worker");
    }
    command.insert(command.end(), {"--", config.script});
    command.insert(command.end(), config.arguments.begin(), config.arguments.end());
    return command;
}

std::string title_of(const Config& config) {
    switch (config.mode) {
        case Mode::Exec:
            return "the runner";
        case Mode::Worker:
            return "the worker";
        case Mode::Socket:
            break;
    }
    return "the service at " + config.socket;
}

/// Reaps a child if it has ended. Kea's own handler of SIGCHLD may have been faster.
std::optional<int> status_of(pid_t pid) {
    int status = 0;
    const pid_t result = waitpid(pid, &status, WNOHANG);
    if (result == pid) {
        return status;
    }
    return result < 0 && errno == ECHILD ? std::optional(kReapedElsewhere) : std::nullopt;
}

std::string describe(std::optional<int> status) {
    if (!status || *status == kReapedElsewhere) {
        return "it has closed the stream";
    }
    if (WIFSIGNALED(*status)) {
        return "the runner was ended by signal " + std::to_string(WTERMSIG(*status));
    }
    // The runner says it as a shell does.
    constexpr int kBySignal = 128;
    const int code = WEXITSTATUS(*status);
    return code > kBySignal ? "ended by signal " + std::to_string(code - kBySignal)
                            : "exit code " + std::to_string(code);
}

}  // namespace

Peer::Peer(const Config& config, const std::string& runner, Hello hello, Notify notify, int epoll)
    : config_(config),
      command_(runner_command(runner, config)),
      title_(title_of(config)),
      hello_(std::move(hello)),
      notify_(std::move(notify)),
      epoll_(epoll),
      start_at_(Clock::now()),
      backoff_(kFirstBackoff),
      leftovers_(leftover_children(runner)) {}

void Peer::tick(Clock::time_point now, bool stopping) {
    if (now >= reap_at_ && (closing_ || !leftovers_.empty())) {
        reap();
        reap_at_ = now + std::clamp<Clock::duration>(now - ended_at_, kFirstReap, kReapInterval);
    }
    if (closing_ && (is_gone() || now >= close_by_)) {
        lose();
    }
    if (!listening() && !loss_ && !refused_ && !stopping && now >= start_at_) {
        open(now);
    }
}

Clock::time_point Peer::next_tick(Clock::time_point now) const {
    Clock::time_point next = Clock::time_point::max();
    if (closing_) {
        next = status_ && !dry_ ? now : std::min(close_by_, reap_at_);
    } else if (!connected() && !refused_) {
        next = start_at_;
    }
    return leftovers_.empty() ? next : std::min(next, reap_at_);
}

void Peer::open(Clock::time_point now) {
    if (!(config_.mode == Mode::Socket ? connect() : start())) {
        down_ = true;
        back_off(now);
        return;
    }
    ++streams_;
    started_ = now;
    heard_ = answered_ = at_end_ = false;
    watching_out_ = answers_ready_ = errors_ready_ = false;
    status_.reset();
    answers_ = UpReader();
    errors_ = UpReader();
    watch(stream_.answers, EPOLLIN, EPOLL_CTL_ADD);
    watch(stream_.events, 0, EPOLL_CTL_ADD);
    if (stream_.pid != 0) {
        watch(stream_.errors, EPOLLIN, EPOLL_CTL_ADD);
        watch(stream_.lifeline, 0, EPOLL_CTL_ADD);
    }
    out_ = hello_frame(hello_);
    sent_ = 0;
}

std::string Peer::server() const {
    return "kea-dhcp" + hello_.family;
}

bool Peer::start() {
    try {
        stream_ = start_child(command_);
        notify_(Notice::RunnerStarted, {hello_.entry, std::to_string(stream_.pid)});
        return true;
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::permission_denied) {
            notify_(Notice::RunnerStartDenied, {hello_.entry, command_.front(), server()});
        } else {
            notify_(Notice::RunnerStartFailed,
                    {hello_.entry, command_.front(), error.code().message()});
        }
    }
    return false;
}

bool Peer::connect() {
    const std::string& path = config_.socket;
    try {
        stream_ = connect_socket(path, config_.socket_user);
        notify_(Notice::SocketConnected, {hello_.entry, path});
        return true;
    } catch (const StrangerError& error) {
        notify_(Notice::SocketRefused, {hello_.entry, path, error.what()});
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::permission_denied) {
            notify_(Notice::SocketDenied, {hello_.entry, path, server()});
        } else {
            notify_(Notice::SocketFailed, {hello_.entry, path, error.code().message()});
        }
    } catch (const std::runtime_error& error) {
        notify_(Notice::SocketFailed, {hello_.entry, path, error.what()});
    }
    return false;
}

void Peer::back_off(Clock::time_point now) {
    start_at_ = now + backoff_;
    backoff_ = std::min<std::chrono::milliseconds>(backoff_ * 2, kLastBackoff);
}

void Peer::close(Clock::time_point now, bool asked_for) {
    end(now);
    expected_ = true;
    if (asked_for && answered_) {
        start_at_ = now;
    }
}

void Peer::restart(Clock::time_point now) {
    if (connected()) {
        close(now, true);
    }
    refused_ = false;
    backoff_ = kFirstBackoff;
    start_at_ = now;
}

/// Begins to close: from now on only answers are taken.
void Peer::end(Clock::time_point now) {
    if (now - started_ >= kStable) {
        backoff_ = kFirstBackoff;
    } else if (!answered_) {
        down_ = true;
    }
    back_off(now);
    if (stream_.pid == 0) {
        shutdown(stream_.events.get(), SHUT_WR);
    }
    drop(stream_.events);
    drop(stream_.lifeline);
    out_.clear();
    sent_ = 0;
    closing_ = true;
    expected_ = dry_ = false;
    ended_at_ = reap_at_ = now;
    close_by_ = now + config_.timeout + kCloseGrace;
}

/// Whether no answer can come any more. A runner that was killed may leave its worker behind, whose
/// end only the end of the answers tells.
bool Peer::is_gone() const {
    if (stream_.pid == 0) {
        return !stream_.answers;
    }
    const bool orphaned = config_.mode == Mode::Worker && status_ &&
                          (*status_ == kReapedElsewhere || WIFSIGNALED(*status_));
    return status_ && (!stream_.answers || (dry_ && !orphaned));
}

void Peer::lose() {
    if (status_ && WIFEXITED(*status_) && WEXITSTATUS(*status_) == kVersionRefused) {
        refused_ = down_ = true;
        const bool exec = config_.mode == Mode::Exec;
        notify_(exec ? Notice::RunnerRefused : Notice::WorkerRefused,
                {hello_.entry, exec ? command_.front() : config_.script});
    }
    if (stream_.pid != 0 && !status_) {
        leftovers_.push_back(stream_.pid);
    }
    loss_ = Loss{expected_, describe(status_)};
    drop(stream_.answers);
    drop(stream_.errors);
    stream_ = Stream();
    closing_ = false;
}

std::optional<Peer::Loss> Peer::take_loss() {
    return std::exchange(loss_, std::nullopt);
}

void Peer::reap() {
    if (closing_ && stream_.pid != 0 && !status_) {
        status_ = status_of(stream_.pid);
    }
    const auto ended = [](pid_t pid) { return status_of(pid).has_value(); };
    leftovers_.erase(std::remove_if(leftovers_.begin(), leftovers_.end(), ended), leftovers_.end());
}

void Peer::leave(Clock::time_point deadline) {
    if (stream_.pid != 0 && !status_) {
        leftovers_.push_back(stream_.pid);
    }
    stream_ = Stream();
    closing_ = false;
    for (reap(); !leftovers_.empty() && Clock::now() < deadline; reap()) {
        std::this_thread::sleep_for(1ms);
    }
}

}  // namespace kea_runscript::core
