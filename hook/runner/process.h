#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace kea_runscript::runner {

/// The descriptor that closes when the hook has gone.
inline constexpr int kLifeline = 3;
/// From SIGTERM to SIGKILL.
inline constexpr std::chrono::seconds kKillAfter{1};

/// The variables that a script finds whatever its event: a fixed PATH, unless `given` has another,
/// and those that were given, each `NAME=VALUE`.
std::vector<std::string> base_environment(const std::vector<std::string>& given);

/// Starts a program in a process group of its own; `command[0]` is its absolute path. It has the
/// three descriptors as 0 to 2 and no others. Returns 0, or an error number.
int start_process(pid_t& pid, std::vector<std::string> command,
                  std::vector<std::string>& environment, const int (&descriptors)[3]);

}  // namespace kea_runscript::runner
