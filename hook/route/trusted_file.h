#pragma once

#include <string>

namespace kea_runscript::route {

/// The content of a file that only root can have written: it and every folder above it are owned by
/// root and not writable by group or others, and it is no symbolic link. `path` is absolute. Throws
/// Failure(refused).
std::string read_trusted(const std::string& path);

}  // namespace kea_runscript::route
