#pragma once

#include <csignal>
#include <map>
#include <string>
#include <string_view>

#include "core/fd.h"
#include "core/protocol.h"
#include "runner/options.h"
#include "runner/script.h"

namespace kea_runscript::runner {

/// Speaks the stream protocol on descriptors 0 and 1 and starts the script once for each event.
class Runner {
public:
    /// Throws std::system_error.
    explicit Runner(Options options);

    /// Runs until the stream has ended and all scripts have, and returns the exit status.
    int run();

private:
    void read_stream();
    void serve();
    void end_of_stream();
    bool accept(const core::DownFrame& frame);
    void run_script(const core::DownFrame& frame);
    void read_output(Script& script);
    void collect();
    void finish(Script& script, const siginfo_t& ended);
    void signal_overdue();
    int milliseconds_to_next_signal() const;
    void log(const std::string& event, std::string_view text);
    void flush();
    bool watch(int fd, unsigned events, int operation);

    const Options options_;
    core::Fd epoll_;
    core::Fd children_;  // a signalfd for SIGCHLD
    core::Fd null_;
    core::DownReader stream_;
    std::string out_;
    bool watching_out_ = false;
    bool from_file_ = false;  // the stream, which is always readable then
    bool greeted_ = false;
    unsigned window_ = 1;
    bool paused_ = false;  // as many scripts run as the window allows
    bool ended_ = false;
    int status_ = 0;
    std::map<pid_t, Script> scripts_;
    std::map<int, pid_t> outputs_;
};

}  // namespace kea_runscript::runner
