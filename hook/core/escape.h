#pragma once

#include <string>
#include <string_view>

namespace kea_runscript::core {

/// Appends `value` in the stream's escape: a backslash becomes `\\`, an octet below 0x20 and 0x7F
/// become `\xHH`; all others stay, so that the result never holds a line feed.
void append_escaped(std::string& out, std::string_view value);

/// `value` in the stream's escape; also what a log line shows of bytes that a client chose.
std::string escaped(std::string_view value);

/// Undoes `escaped`. A NUL, which an environment cannot hold, stays escaped as `\x00`; an escape
/// that is none stays as it is.
std::string unescaped_for_environment(std::string_view value);

}  // namespace kea_runscript::core
