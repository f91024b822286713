#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/fd.h"

namespace kea_runscript::core {

/// The runner's process and our ends of its four pipes, which are its descriptors 0 to 3.
struct Child {
    pid_t pid = -1;
    Fd events;    ///< to its 0, non-blocking
    Fd answers;   ///< from its 1, non-blocking
    Fd errors;    ///< from its 2, non-blocking
    Fd lifeline;  ///< to its 3: never written to; its end means that the server is gone
};

/// Starts `arguments[0]`, an absolute path, with an empty environment, an empty signal mask, in a
/// process group of its own and without any further descriptor of ours. Throws std::system_error:
/// EACCES when the start was refused, ENOENT when the program is missing.
Child start_child(const std::vector<std::string>& arguments);

}  // namespace kea_runscript::core
