#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/contract.h"

namespace kea_runscript::core {

/// The variables of one event, in the form in which the stream carries them: `NAME=escaped` lines.
class Frame {
public:
    /// A frame on the stream is at most this long, so that any reader can bound its buffer.
    static constexpr std::size_t kMaxOctets = 65536;

    /// `wanted`: what add() and fill() shall take; the rest costs nothing.
    explicit Frame(const Selection& wanted) : wanted_(wanted) {}

    bool wants(Variable variable) const { return wanted_.test(static_cast<std::size_t>(variable)); }

    /// Adds a variable if it is wanted; only then `make` is called, which returns its value as
    /// text.
    template <typename Make>
    void add(Variable variable, Make make) {
        if (wants(variable)) {
            append(variable, make());
        }
    }

    /// The same for a value at hand.
    void add_text(Variable variable, std::string_view value) {
        if (wants(variable)) {
            append(variable, value);
        }
    }

    /// Adds what the contract has no fixed name for: an option, a relay.
    void add(std::string_view name, std::string_view value);

    /// Adds every wanted variable that is not there yet, empty, so that a worker in shell never
    /// sees one of the event before.
    void fill();

    /// All `NAME=escaped` lines. What would have made the frame too long is left out, and named in
    /// the variable TRUNCATED, which ends in `...` where even the names are too many.
    std::string lines() const;

private:
    // Beside them there is room for the event's first lines, for TRUNCATED, and for what fill()
    // adds.
    static constexpr std::size_t kMaxLines = kMaxOctets - 8192;
    static constexpr std::size_t kMaxTruncated = 2048;
    static_assert(kVariables * 40 + kMaxTruncated < 8000);

    void append(Variable variable, std::string_view value);
    bool append(std::string_view name, std::string_view value);
    void append_truncated(std::string_view name);

    Selection wanted_;
    Selection there_;
    std::string lines_;
    std::string truncated_;
};

}  // namespace kea_runscript::core
