#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace kea_runscript::core {

/// This process's children that run, or ran, `program`. A runner that had not ended when the
/// library was unloaded is a child still, and would stay a zombie if nobody collected its status.
std::vector<pid_t> leftover_children(const std::string& program);

}  // namespace kea_runscript::core
