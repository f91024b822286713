#include "core/fd.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
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

Fd raised(const Fd& low) {
    return Fd(checked(fcntl(low.get(), F_DUPFD_CLOEXEC, kAboveStandard),
                      "cannot duplicate a descriptor"));
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
    const Fd read(ends[0]);
    const Fd write(ends[1]);
    return Pipe{raised(read), raised(write)};
}

Fd make_eventfd() {
    const Fd fd(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "cannot make an eventfd"));
    return raised(fd);
}

Fd make_epoll() {
    return Fd(checked(epoll_create1(EPOLL_CLOEXEC), "cannot make an epoll set"));
}

void set_nonblocking(int fd) {
    checked(fcntl(fd, F_SETFL, O_NONBLOCK), "cannot make a descriptor non-blocking");
}

}  // namespace kea_runscript::core
