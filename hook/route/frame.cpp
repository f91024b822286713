#include "route/frame.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "route/failure.h"

namespace kea_runscript::route {

std::string_view Frame::value() const {
    const std::size_t equals = first().find('=');
    return equals == std::string_view::npos ? "" : first().substr(equals + 1);
}

std::string_view Frame::at(const std::string& name) const {
    const std::string start = "\n" + name + "=";
    const std::size_t found = text_.find(start);
    if (found == std::string_view::npos) {
        throw Failure(Exit::usage, name + " is missing: if `fields` is given, list it there");
    }
    const std::string_view rest = text_.substr(found + start.size());
    return rest.substr(0, rest.find('\n'));
}

EventLine::EventLine(std::string_view value)
    : id(value.substr(0, value.find(' '))),
      point(value.substr(std::min(id.size() + 1, value.size()))) {
    constexpr std::size_t longest_id = 19;
    const bool digits = id.find_first_not_of("0123456789") == std::string::npos;
    if (id.empty() || id.size() > longest_id || !digits || point.empty()) {
        throw Failure(Exit::usage, "EVENT=" + quoted(value) + " is not a number and a hook point");
    }
}

bool FrameReader::read(int file) {
    // next() has taken all whole frames.
    std::memmove(buffer_.data(), buffer_.data() + start_, end_ - start_);
    end_ -= start_;
    seen_ -= start_;
    start_ = 0;
    if (end_ >= kMaxOctets) {
        throw Failure(Exit::usage, "a frame of more than 65536 octets breaks the protocol");
    }
    for (;;) {
        const ssize_t count = ::read(file, buffer_.data() + end_, buffer_.size() - end_);
        if (count >= 0) {
            end_ += static_cast<std::size_t>(count);
            return count > 0;
        }
        if (errno == EAGAIN) {
            pollfd wait{file, POLLIN, 0};
            poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            throw Failure(Exit::kernel,
                          std::string("cannot read the stream: ") + std::strerror(errno));
        }
    }
}

std::optional<Frame> FrameReader::next() {
    const std::string_view all(buffer_.data(), end_);
    const std::size_t end = all.find("\n\n", seen_);
    if (end == std::string_view::npos) {
        seen_ = std::max(start_, end_ - std::min<std::size_t>(end_, 1));
        return std::nullopt;
    }
    const Frame frame(all.substr(start_, end - start_));
    start_ = seen_ = end + 2;
    return frame;
}

}  // namespace kea_runscript::route
