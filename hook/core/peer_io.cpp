// What moves octets between the engine and its peer.
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>

#include "core/peer.h"

namespace kea_runscript::core {

namespace {

/// What is read at once: so much at most is held for a peer that floods us.
constexpr std::size_t kReadSize = 16384;

}  // namespace

void Peer::watch(const Fd& fd, unsigned events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd.get();
    epoll_ctl(epoll_, operation, fd.get(), &event);
}

/// Takes it out of the epoll set first: another descriptor for the same socket keeps it in there.
void Peer::drop(Fd& fd) {
    if (fd) {
        watch(fd, 0, EPOLL_CTL_DEL);
        fd.reset();
    }
}

/// Reads what is there now. Returns whether there was something; closes `fd` at its end.
bool Peer::read_available(Fd& fd, UpReader& reader) {
    char buffer[kReadSize];
    const ssize_t size = ::read(fd.get(), buffer, sizeof buffer);
    if (size > 0) {
        reader.feed({buffer, static_cast<std::size_t>(size)});
        return true;
    }
    if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        drop(fd);
    }
    return false;
}

void Peer::on_event(int fd, unsigned events) {
    if (fd == stream_.answers.get()) {
        answers_ready_ = true;
    } else if (fd == stream_.errors.get()) {
        errors_ready_ = true;
    } else if (fd == stream_.lifeline.get() || (events & (EPOLLERR | EPOLLHUP)) != 0) {
        // Even if somebody holds the answers open: what we started has gone, or is deaf.
        at_end_ = true;
    }
}

const std::vector<UpLine>& Peer::read(Clock::time_point now) {
    lines_.clear();
    if (std::exchange(errors_ready_, false) && stream_.errors) {
        read_errors();
    }
    if ((std::exchange(answers_ready_, false) || status_) && stream_.answers) {
        read_answers();
    }
    if (connected() && (at_end_ || !stream_.answers)) {
        end(now);
    }
    return lines_;
}

void Peer::read_answers() {
    const bool more = read_available(stream_.answers, answers_);
    dry_ = status_ && !more;
    while (const auto line = answers_.next()) {
        take_line(parse_up_line(*line));
        if (answers_.was_cut()) {
            take_line({UpKind::Noise, 0, 0, 0, {}, "a line of more than 4096 octets was cut"});
        }
    }
    if (!stream_.answers && !answers_.rest().empty()) {
        take_line({UpKind::Noise, 0, 0, 0, {}, answers_.rest()});
    }
}

/// The runner's own words are noise; a worker's belong to its log.
void Peer::read_errors() {
    const UpKind kind = config_.mode == Mode::Worker ? UpKind::Log : UpKind::Noise;
    read_available(stream_.errors, errors_);
    while (const auto line = errors_.next()) {
        lines_.push_back({kind, 0, 0, 0, "info", *line});
    }
}

void Peer::take_line(UpLine line) {
    heard_ = true;
    if (line.kind != UpKind::Noise) {
        down_ = false;
    }
    if (line.kind == UpKind::Done || line.kind == UpKind::Fail) {
        answered_ = true;
    }
    lines_.push_back(line);
}

void Peer::flush() {
    if (!connected()) {
        return;
    }
    while (sent_ < out_.size()) {
        const ssize_t size = write(stream_.events.get(), out_.data() + sent_, unsent());
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            // A full pipe is continued when it drains; a broken one tells by its descriptor.
            break;
        }
        sent_ += static_cast<std::size_t>(size);
    }
    if (sent_ == out_.size()) {
        out_.clear();
        sent_ = 0;
    }
    const bool want = !out_.empty();
    if (want != watching_out_) {
        watching_out_ = want;
        watch(stream_.events, want ? static_cast<unsigned>(EPOLLOUT) : 0, EPOLL_CTL_MOD);
    }
}

}  // namespace kea_runscript::core
