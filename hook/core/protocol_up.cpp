#include <charconv>

#include "core/protocol.h"

namespace kea_runscript::core {

namespace {

/// Takes the next word, and the one space after it, off the front of `rest`.
std::string_view take_word(std::string_view& rest) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, space);
    rest.remove_prefix(std::min(space + 1, rest.size()));
    return word;
}

template <typename Number>
bool read_number(std::string_view word, Number& number) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    return error == std::errc() && end == word.data() + word.size() && !word.empty();
}

bool read_ready(std::string_view rest, UpLine& up) {
    constexpr std::string_view kWindow = "window=";
    int version = 0;
    if (!read_number(take_word(rest), version) || version != kProtocolVersion) {
        return false;
    }
    if (rest.empty()) {
        return true;
    }
    return rest.substr(0, kWindow.size()) == kWindow &&
           read_number(rest.substr(kWindow.size()), up.window) && up.window >= 1 &&
           up.window <= 999;
}

bool read_done(std::string_view rest, UpLine& up) {
    const bool numbers =
        read_number(take_word(rest), up.id) && read_number(take_word(rest), up.code);
    up.text = rest;
    return numbers && up.code >= 0 && up.code <= 255;
}

bool read_fail(std::string_view rest, UpLine& up) {
    if (!read_number(take_word(rest), up.id) || rest.empty()) {
        return false;
    }
    up.text = rest;
    return true;
}

bool read_log(std::string_view rest, UpLine& up) {
    up.level = take_word(rest);
    const std::string_view id = take_word(rest);
    up.text = rest;
    const bool known =
        up.level == "debug" || up.level == "info" || up.level == "warn" || up.level == "error";
    return known && (id == "-" || read_number(id, up.id));
}

}  // namespace

UpLine parse_up_line(std::string_view line) {
    std::string_view rest = line;
    const std::string_view word = take_word(rest);
    UpLine up;
    bool well_formed = false;
    if (word == "done") {
        up.kind = UpKind::Done;
        well_formed = read_done(rest, up);
    } else if (word == "fail") {
        up.kind = UpKind::Fail;
        well_formed = read_fail(rest, up);
    } else if (word == "log") {
        up.kind = UpKind::Log;
        well_formed = read_log(rest, up);
    } else if (word == "ready") {
        up.kind = UpKind::Ready;
        well_formed = read_ready(rest, up);
    } else if (word == "bye") {
        up.kind = UpKind::Bye;
        well_formed = line == word;
    }
    if (!well_formed) {
        up = UpLine{};
        up.text = line;
    }
    return up;
}

void UpReader::feed(std::string_view octets) {
    buffer_.erase(0, start_);
    start_ = 0;
    buffer_ += octets;
}

std::optional<std::string_view> UpReader::next() {
    const std::string_view buffer = buffer_;
    while (true) {
        const std::size_t end = buffer.find('\n', start_);
        const bool complete = end != std::string::npos;
        const std::string_view line = buffer.substr(start_, complete ? end - start_ : end);
        cut_ = line.size() > kMaxUpLine;
        if (!complete && !cut_ && !skipping_) {
            return std::nullopt;
        }
        // Of a line that is too long, only the beginning is kept, and only once.
        start_ = complete ? end + 1 : buffer.size();
        if (!std::exchange(skipping_, !complete)) {
            return line.substr(0, kMaxUpLine);
        }
        if (!complete) {
            return std::nullopt;
        }
    }
}

std::string_view UpReader::rest() const {
    return std::string_view(buffer_).substr(start_);
}

}  // namespace kea_runscript::core
