#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "core/fd.h"
#include "core/protocol.h"
#include "python/event.h"

namespace kea_runscript::python {

/// The stream's beginning names a version that is not ours.
class VersionRefused : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A worker's end of the stream. One thread takes events, any number of threads answer them.
/// Answers are collected and leave in one piece before next() would sleep, but no later than a
/// millisecond after the handler of the following event was called, however long that takes.
class Stream {
public:
    /// Takes both descriptors; they can be the same one's duplicates, as of a socket.
    Stream(core::Fd in, core::Fd out);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream();

    /// The next event that has come already, else a null pointer.
    std::unique_ptr<Event> buffered();

    /// Sends the answers, then sleeps until something comes. False at the end of the stream; true
    /// too when a signal came. Throws std::system_error.
    bool receive();

    void done(std::uint64_t id, int code);

    /// A line for Kea's log; `text` has no line feed.
    void log(std::string_view level, std::uint64_t id, std::string_view text);

    /// Sends the answers now. What cannot be sent, since nobody listens any more, is forgotten.
    void flush();

private:
    void greet(std::string_view frame) const;
    void flush_soon();
    void run_flusher();

    core::Fd in_;
    core::Fd out_;
    core::DownReader reader_;
    std::mutex answers_mutex_;
    std::string answers_;
    std::mutex writing_;  ///< held by who sends, so that no line gets into another

    // Sends what the one thread cannot send while it is in a handler.
    std::mutex flusher_mutex_;
    std::condition_variable flusher_changed_;
    bool armed_ = false;
    bool ending_ = false;
    std::thread flusher_;
};

}  // namespace kea_runscript::python
