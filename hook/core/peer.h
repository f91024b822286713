#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/child.h"
#include "core/event.h"
#include "core/notice.h"
#include "core/protocol.h"

namespace kea_runscript::core {

/// The process at the other end of the stream: starts it, starts it again with backoff when it has
/// died, moves octets, and collects its exit status. Lives in the I/O thread only.
class Peer {
public:
    /// `command` is the runner and its arguments; `epoll` the set to which the pipes are added.
    Peer(std::vector<std::string> command, Hello hello, Notify notify, int epoll);

    /// Starts the process when that is due, and reaps those that have ended.
    void tick(Clock::time_point now);

    /// When tick() has something to do next; far away if never.
    Clock::time_point next_tick() const;

    bool connected() const { return static_cast<bool>(child_.events); }

    /// Whether the last start failed: then waiting for an answer makes no sense.
    bool down() const { return down_; }

    pid_t pid() const { return child_.pid; }

    /// Appends to what is to be sent; flush() sends it, as far as the pipe takes it now.
    void send(const std::string& octets);
    void flush();

    /// Reads what has come. Afterwards ended() tells whether that was all.
    std::vector<UpLine> read();
    bool ended() const { return ended_; }

    /// Closes the stream; the process ends at end of file.
    void close();

    /// Reaps until no process is left or the time has come; returns whether none is left.
    bool reap_until(Clock::time_point deadline);

private:
    void start(Clock::time_point now);
    void failed(Clock::time_point now);
    void read_errors();
    void reap();
    void watch(const Fd& fd, unsigned events, int operation);

    std::vector<std::string> command_;
    Hello hello_;
    Notify notify_;
    int epoll_;

    Child child_;
    std::string out_;
    bool watching_out_ = false;
    UpReader answers_;
    UpReader errors_;
    Clock::time_point started_;
    bool heard_ = false;  // an answer has come from this process
    bool ended_ = false;  // end of file on its answers
    bool down_ = false;
    bool refused_ = false;  // it speaks another version: not started again
    Clock::time_point start_at_;
    std::chrono::milliseconds backoff_;
    std::vector<pid_t> unreaped_;
};

}  // namespace kea_runscript::core
