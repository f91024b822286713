#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kea_runscript::core {

/// The stream's version; a peer that cannot speak it exits with kVersionRefused.
constexpr int kProtocolVersion = 1;
constexpr int kVersionRefused = 78;

/// An upward line is at most this long; what follows is discarded.
constexpr std::size_t kMaxUpLine = 4096;

// Downward: from the hook to the peer.

/// What a peer needs to know at the start of the stream.
struct Hello {
    std::string entry;   ///< the entry's name
    std::string kea;     ///< Kea's release, such as 2.6.3
    std::string family;  ///< 4 or 6
    unsigned window;     ///< unanswered events at most
    std::string mode;    ///< exec, worker or socket
};
std::string hello_frame(const Hello& hello);

/// An event's frame; `lines` are its variables (Frame::lines).
std::string event_frame(std::uint64_t id, std::string_view point, bool retry, bool wait,
                        std::string_view lines);

/// Tells the peer that no event follows and how many milliseconds it has left.
std::string drain_frame(unsigned milliseconds);

/// One frame as a peer sees it: its first line split at `=`, and its further lines the same way,
/// values still escaped. Holds as long as its text does.
struct DownFrame {
    using Pair = std::pair<std::string_view, std::string_view>;
    Pair first;
    std::vector<Pair> pairs;
};
DownFrame parse_down_frame(std::string_view text);

/// Cuts what arrives on the stream into frames. A frame longer than Frame::kMaxOctets is skipped.
class DownReader {
public:
    void feed(std::string_view octets);
    /// The next complete frame, if there is one, and its text without the line feeds at its end.
    /// Both hold until the reader is fed again.
    std::optional<DownFrame> next();
    std::optional<std::string_view> next_text();

private:
    std::string buffer_;
    std::size_t start_ = 0;
};

// Upward: from the peer to the hook.

enum class UpKind { Ready, Done, Fail, Log, Bye, Noise };

/// One line of a peer. Which members hold something depends on the kind; the texts are parts of
/// the line that was read.
struct UpLine {
    UpKind kind = UpKind::Noise;
    std::uint64_t id = 0;    ///< done, fail; log: 0 for `-`
    int code = 0;            ///< done: the exit code, 0 to 255
    unsigned window = 0;     ///< ready: 0 when not given
    std::string_view level;  ///< log: debug, info, warn, error
    std::string_view text;  ///< done, log: the text; fail: the reason and its text; noise: the line
};

/// Reads one line, without its line feed. Whatever is not well formed is noise.
UpLine parse_up_line(std::string_view line);

/// Cuts what arrives from the peer into lines of at most kMaxUpLine octets. What it returns holds
/// until it is fed again.
class UpReader {
public:
    void feed(std::string_view octets);

    /// The next complete line, if there is one.
    std::optional<std::string_view> next();

    /// Whether the line that next() has just returned was longer than it may be.
    bool was_cut() const { return cut_; }

    /// At the end of the stream: what has come of a line without its line feed.
    std::string_view rest() const;

private:
    std::string buffer_;
    std::size_t start_ = 0;
    bool skipping_ = false;
    bool cut_ = false;
};

}  // namespace kea_runscript::core
