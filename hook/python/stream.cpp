#include "python/stream.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>

namespace kea_runscript::python {

namespace {

constexpr std::size_t kReadSize = 65536;
constexpr std::chrono::milliseconds kFlushAfter{1};

}  // namespace

Stream::Stream(core::Fd in, core::Fd out) : in_(std::move(in)), out_(std::move(out)) {}

Stream::~Stream() {
    {
        const std::lock_guard lock(flusher_mutex_);
        ending_ = true;
    }
    flusher_changed_.notify_one();
    if (flusher_.joinable()) {
        flusher_.join();
    }
    flush();
}

std::unique_ptr<Event> Stream::buffered() {
    while (const auto frame = reader_.next_text()) {
        if (Event::is_event(*frame)) {
            flush_soon();
            return std::make_unique<Event>(std::string(*frame));
        }
        greet(*frame);
    }
    return nullptr;
}

/// Throws VersionRefused; everything else that is no event is for peers which know it.
void Stream::greet(std::string_view frame) const {
    const auto [name, value] = core::parse_down_frame(frame).first;
    if (name == "HELLO" && value != std::to_string(core::kProtocolVersion)) {
        throw VersionRefused("the stream is of version " + std::string(value) +
                             ", and this package knows version " +
                             std::to_string(core::kProtocolVersion) + " only");
    }
}

bool Stream::receive() {
    flush();
    char buffer[kReadSize];
    const ssize_t size = read(in_.get(), buffer, sizeof buffer);
    if (size < 0 && errno != EINTR && errno != ECONNRESET) {
        throw std::system_error(errno, std::generic_category(), "cannot read the stream");
    }
    if (size > 0) {
        reader_.feed({buffer, static_cast<std::size_t>(size)});
    }
    return size > 0 || (size < 0 && errno == EINTR);
}

void Stream::done(std::uint64_t id, int code) {
    const std::lock_guard lock(answers_mutex_);
    answers_.append("done ").append(std::to_string(id)) += ' ';
    answers_.append(std::to_string(code)) += '\n';
}

void Stream::log(std::string_view level, std::uint64_t id, std::string_view text) {
    const std::lock_guard lock(answers_mutex_);
    answers_.append("log ").append(level) += ' ';
    answers_.append(std::to_string(id)) += ' ';
    answers_.append(text) += '\n';
}

void Stream::flush() {
    const std::lock_guard lock(writing_);
    std::string answers;
    {
        const std::lock_guard swapping(answers_mutex_);
        answers.swap(answers_);
    }
    for (std::size_t sent = 0; sent < answers.size();) {
        const ssize_t size = write(out_.get(), answers.data() + sent, answers.size() - sent);
        if (size < 0 && errno != EINTR) {
            return;
        }
        sent += static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    }
}

void Stream::flush_soon() {
    {
        const std::lock_guard lock(answers_mutex_);
        if (answers_.empty()) {
            return;
        }
    }
    {
        const std::lock_guard lock(flusher_mutex_);
        if (std::exchange(armed_, true)) {
            return;
        }
    }
    if (flusher_.joinable()) {
        flusher_changed_.notify_one();
        return;
    }
    // Signals are for Python's own threads.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    flusher_ = std::thread(&Stream::run_flusher, this);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Stream::run_flusher() {
    std::unique_lock lock(flusher_mutex_);
    while (true) {
        flusher_changed_.wait(lock, [this] { return armed_ || ending_; });
        if (flusher_changed_.wait_for(lock, kFlushAfter, [this] { return ending_; })) {
            return;
        }
        armed_ = false;
        lock.unlock();
        flush();
        lock.lock();
    }
}

}  // namespace kea_runscript::python
