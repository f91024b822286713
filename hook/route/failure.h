#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace kea_runscript::route {

/// The exit codes; 64 and 77 are EX_USAGE and EX_NOPERM of sysexits.h, 78 is the protocol's.
enum class Exit { done = 0, kernel = 1, usage = 64, refused = 77, version = 78 };

/// Ends the program: one line that names what is wrong and the remedy.
class Failure : public std::runtime_error {
public:
    Failure(Exit exit, const std::string& text) : std::runtime_error(text), exit_(exit) {}
    Exit exit() const { return exit_; }

private:
    Exit exit_;
};

/// The text in quotes, short and printable: messages end up in logs and on terminals, whatever the
/// caller passed.
std::string quoted(std::string_view text);

}  // namespace kea_runscript::route
