#include "runner/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <system_error>

#include "core/event.h"
#include "core/fd.h"
#include "runner/process.h"
#include "runner/signals.h"

namespace kea_runscript::runner {

using namespace std::chrono_literals;
using core::Clock;

namespace {

constexpr auto kTermAfter = 2s;
constexpr int kNotStarted = 127;
constexpr int kBySignal = 128;

/// Waits for a change of either, until `next` at most. Returns whether the lifeline has closed.
bool lifeline_closes(int lifeline, int children, Clock::time_point next) {
    pollfd fds[] = {{lifeline, 0, 0}, {children, POLLIN, 0}};
    int left = -1;
    if (next != Clock::time_point::max()) {
        const auto milliseconds =
            std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
        left = static_cast<int>(std::max<decltype(milliseconds)>(milliseconds, 0));
    }
    poll(fds, 2, left);
    return fds[0].revents != 0;
}

bool has_ended(pid_t pid, siginfo_t& ended) {
    ended.si_pid = 0;
    return waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == pid;
}

}  // namespace

int run_worker(const Options& options) {
    const core::Fd children = child_signals();
    std::vector<std::string> environment = base_environment(options.environment);
    std::vector<std::string> command{options.script};
    command.insert(command.end(), options.arguments.begin(), options.arguments.end());
    pid_t pid = -1;
    const int error = start_process(pid, std::move(command), environment, {0, 1, 2});
    if (error != 0) {
        std::cerr << "cannot start " << options.script << ": "
                  << std::generic_category().message(error) << "\n";
        return kNotStarted;
    }
    // The stream is the script's alone: its end must not be hidden from the server.
    close(STDIN_FILENO);
    close(STDOUT_FILENO);

    int lifeline = fcntl(kLifeline, F_GETFD) == -1 ? -1 : kLifeline;
    int signal = SIGTERM;
    auto next_signal = Clock::time_point::max();
    siginfo_t ended{};
    while (!has_ended(pid, ended)) {
        if (lifeline_closes(lifeline, children.get(), next_signal)) {
            lifeline = -1;
            next_signal = Clock::now() + kTermAfter;
        } else if (Clock::now() >= next_signal) {
            kill(-pid, std::exchange(signal, SIGKILL));
            next_signal = Clock::now() + kKillAfter;
        }
        drain(children);
    }
    // Not reaped yet, so that nobody else can have its group's number.
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return ended.si_code == CLD_EXITED ? ended.si_status : kBySignal + ended.si_status;
}

}  // namespace kea_runscript::runner
