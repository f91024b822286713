#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace kea_runscript::runner {

/// What the command line says.
struct Options {
    std::chrono::milliseconds timeout{3000};  ///< of one run of the script
    std::vector<std::string> environment;     ///< `NAME=VALUE`, for the script beside its event's
    bool worker = false;                      ///< start the script once, with our own stream
    std::string script;                       ///< absolute path
    std::vector<std::string> arguments;       ///< for the script
};

/// Nothing if the command line is not understood.
std::optional<Options> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace kea_runscript::runner
