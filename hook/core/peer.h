#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/event.h"
#include "core/notice.h"
#include "core/protocol.h"
#include "core/stream.h"

namespace kea_runscript::core {

/// The other end of the stream, be it the runner, a worker or a service behind a socket: starts it
/// or connects to it, again with backoff when it was lost, moves octets, and collects exit
/// statuses. Lives in the I/O thread only.
class Peer {
public:
    /// `runner` is the path of kea-runscript-runner; `epoll` the set to which our ends are added.
    /// `config` must outlive the peer.
    Peer(const Config& config, const std::string& runner, Hello hello, Notify notify, int epoll);

    /// What epoll has to say about a descriptor of ours.
    void on_event(int fd, unsigned events);

    /// Reads what has come; the lines hold until the next time.
    const std::vector<UpLine>& read(Clock::time_point now);

    /// Starts what is due to be started, unless the engine stops, and reaps what has ended.
    void tick(Clock::time_point now, bool stopping);

    /// When tick() has something to do next; far away if never.
    Clock::time_point next_tick(Clock::time_point now) const;

    /// Whether events can be sent.
    bool connected() const { return static_cast<bool>(stream_.events); }

    /// Whether answers can come: while it is connected, and a little longer.
    bool listening() const { return connected() || closing_; }

    /// How many streams have been opened so far.
    std::size_t streams() const { return streams_; }

    /// The process at the other end; 0 if there is none.
    pid_t pid() const { return stream_.pid; }

    /// Whether anything has come from this peer.
    bool heard() const { return heard_; }

    /// Whether the last one could not be started or was of no use: then waiting makes no sense.
    bool down() const { return down_; }

    /// Appends to what is to be sent; flush() sends it, as far as the pipe takes it now.
    void send(const std::string& octets) { out_ += octets; }
    std::size_t unsent() const { return out_.size() - sent_; }
    void flush();

    /// Sends nothing more. Answers are taken until the process has ended and nobody holds the
    /// stream any more, but not for ever. An end that the peer had asked for is no failure: there
    /// is no backoff, unless it had not answered anything.
    void close(Clock::time_point now, bool asked_for);

    /// Closes as close() does, and opens anew as soon as the old one has ended, whatever happened
    /// before.
    void restart(Clock::time_point now);

    /// How the peer was lost, once, after the last answer.
    struct Loss {
        bool expected;    ///< close() had been called
        std::string how;  ///< such as `exit code 1`
    };
    std::optional<Loss> take_loss();

    /// Closes everything and reaps until no process is left or the time has come.
    void leave(Clock::time_point deadline);

    /// What to call it in messages: the runner, the worker, the service at a path.
    const std::string& title() const { return title_; }

private:
    void open(Clock::time_point now);
    std::string server() const;  ///< the program that has loaded the library
    bool start();
    bool connect();
    void back_off(Clock::time_point now);
    void end(Clock::time_point now);
    void drop(Fd& fd);
    void lose();
    bool is_gone() const;
    void read_answers();
    void read_errors();
    void take_line(UpLine line);
    void reap();
    bool read_available(Fd& fd, UpReader& reader);
    void watch(const Fd& fd, unsigned events, int operation);

    const Config& config_;
    const std::vector<std::string> command_;
    const std::string title_;
    const Hello hello_;
    const Notify notify_;
    const int epoll_;

    Stream stream_;
    std::size_t streams_ = 0;
    std::string out_;
    std::size_t sent_ = 0;  // octets at the front of out_
    bool watching_out_ = false;
    bool answers_ready_ = false;
    bool errors_ready_ = false;
    bool at_end_ = false;  // the process has gone, or does not read events any more
    UpReader answers_;
    UpReader errors_;
    std::vector<UpLine> lines_;

    Clock::time_point started_;
    bool heard_ = false;     // a line has come
    bool answered_ = false;  // an event has been answered
    bool down_ = false;
    bool refused_ = false;  // it speaks another version: not started again

    bool closing_ = false;
    bool expected_ = false;
    Clock::time_point ended_at_;
    Clock::time_point close_by_;
    Clock::time_point reap_at_;
    std::optional<int> status_;  // of the process, as waitpid has it; -1 if reaped elsewhere
    bool dry_ = false;           // read to the end since then
    std::optional<Loss> loss_;

    Clock::time_point start_at_;
    std::chrono::milliseconds backoff_;
    std::vector<pid_t> leftovers_;
};

}  // namespace kea_runscript::core
