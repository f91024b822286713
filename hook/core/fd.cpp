#include "core/fd.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace kea_runscript::core {

namespace {

constexpr int kAboveStandard = 10;

int checked(int result, const char* what) {
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
    return result;
}

Fd raised(Fd fd) {
    return fd.get() >= kAboveStandard ? std::move(fd) : duplicate(fd);
}

}  // namespace

void Fd::reset(int fd) {
    if (fd_ >= 0) {
        close(fd_);
    }
    fd_ = fd;
}

Pipe make_pipe() {
    int ends[2];
    checked(pipe2(ends, O_CLOEXEC), "cannot make a pipe");
    Fd read(ends[0]);
    Fd write(ends[1]);
    return Pipe{raised(std::move(read)), raised(std::move(write))};
}

Fd make_eventfd() {
    return raised(Fd(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "cannot make an eventfd")));
}

Fd make_timerfd() {
    return raised(Fd(checked(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
                             "cannot make a timerfd")));
}

Fd make_socket() {
    constexpr int kType = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    return raised(Fd(checked(socket(AF_UNIX, kType, 0), "cannot make a socket")));
}

Fd duplicate(const Fd& fd) {
    return Fd(
        checked(fcntl(fd.get(), F_DUPFD_CLOEXEC, kAboveStandard), "cannot duplicate a descriptor"));
}

Fd make_epoll() {
    return Fd(checked(epoll_create1(EPOLL_CLOEXEC), "cannot make an epoll set"));
}

void set_nonblocking(int fd) {
    checked(fcntl(fd, F_SETFL, O_NONBLOCK), "cannot make a descriptor non-blocking");
}

}  // namespace kea_runscript::core
