// The downward half of the stream protocol, as far as `sync` needs it. It runs as root, so whatever
// comes is hostile: memory is bounded, and what breaks the protocol ends the program.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kea_runscript::route {

/// One frame: lines NAME=VALUE, values still escaped. Holds until its reader reads again.
class Frame {
public:
    /// `text`: its lines, each with its line feed but for the last one.
    explicit Frame(std::string_view text) : text_(text) {}

    /// The first line, which says what it is; without `=` its value is empty.
    std::string_view name() const { return first().substr(0, first().find('=')); }
    std::string_view value() const;

    /// A further line's value. Throws Failure(usage) if there is no such line.
    std::string_view at(const std::string& name) const;

private:
    std::string_view first() const { return text_.substr(0, text_.find('\n')); }

    std::string_view text_;
};

/// An event: the frame EVENT=ID POINT. Throws Failure(usage) if it is not like that.
struct EventLine {
    explicit EventLine(std::string_view value);

    std::string id;
    std::string_view point;
};

/// Cuts what comes through a descriptor into frames.
class FrameReader {
public:
    /// So much has any frame at most, the empty line at its end included.
    static constexpr std::size_t kMaxOctets = 65536;

    FrameReader() : buffer_(2 * kMaxOctets) {}

    /// Waits until there is something and reads it; false at the end. Throws Failure: usage where a
    /// frame is too long, kernel where reading fails.
    bool read(int file);

    /// The next whole frame of what was read.
    std::optional<Frame> next();

private:
    std::vector<char> buffer_;
    std::size_t start_ = 0;  // of the frame that begins next
    std::size_t end_ = 0;    // of what was read
    std::size_t seen_ = 0;   // before it, no frame ends
};

}  // namespace kea_runscript::route
