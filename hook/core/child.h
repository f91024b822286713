#pragma once

#include <string>
#include <vector>

#include "core/stream.h"

namespace kea_runscript::core {

/// Starts `arguments[0]`, an absolute path, with our stream as its descriptors 0 to 3, an empty
/// environment, an empty signal mask, in a process group of its own and without any further
/// descriptor of ours. Throws std::system_error: EACCES when the start was refused, ENOENT when the
/// program is missing.
Stream start_child(const std::vector<std::string>& arguments);

}  // namespace kea_runscript::core
