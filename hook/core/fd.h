#pragma once

#include <utility>

namespace kea_runscript::core {

/// Owns a file descriptor and closes it.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset(std::exchange(other.fd_, -1));
        }
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    void reset(int fd = -1);

private:
    int fd_ = -1;
};

/// A pipe whose ends are close-on-exec and lie above the standard descriptors, whatever was closed
/// when the process started. Throws std::system_error.
struct Pipe {
    Fd read;
    Fd write;
};
Pipe make_pipe();

/// An eventfd under the same terms, non-blocking.
Fd make_eventfd();

/// A timerfd of the monotonic clock under the same terms, non-blocking.
Fd make_timerfd();

/// A unix stream socket under the same terms, non-blocking.
Fd make_socket();

/// Another descriptor for the same, under the same terms.
Fd duplicate(const Fd& fd);

/// An epoll set, close-on-exec. Throws std::system_error.
Fd make_epoll();

/// Throws std::system_error.
void set_nonblocking(int fd);

}  // namespace kea_runscript::core
