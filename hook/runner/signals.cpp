#include "runner/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace kea_runscript::runner {

core::Fd child_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    core::Fd fd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd) {
        throw std::system_error(errno, std::generic_category(), "cannot watch over scripts");
    }
    return fd;
}

void drain(const core::Fd& signals) {
    signalfd_siginfo info;
    [[maybe_unused]] const ssize_t size = read(signals.get(), &info, sizeof info);
}

}  // namespace kea_runscript::runner
