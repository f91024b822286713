#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kea_runscript::core {

/// The variables of one event, in the form in which the stream carries them: `NAME=escaped` lines.
class Frame {
public:
    /// A frame on the stream is at most this long, so that any reader can bound its buffer.
    static constexpr std::size_t kMaxOctets = 65536;

    /// Adds one variable. What would make the frame too long is left out, and its name is added to
    /// the variable TRUNCATED.
    void add(std::string_view name, std::string_view value);

    /// The same for a name in two parts, such as `KEA_LEASE4_` and `ADDRESS`.
    void add(std::string_view prefix, std::string_view name, std::string_view value);

    /// All `NAME=escaped` lines.
    std::string lines() const;

private:
    // Room for the event's first lines and for TRUNCATED itself.
    static constexpr std::size_t kMaxLines = kMaxOctets - 4096;

    std::string lines_;
    std::string truncated_;
};

}  // namespace kea_runscript::core
