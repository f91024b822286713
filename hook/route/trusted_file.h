// Files that only root can have written. Everything here throws Failure(refused).
#pragma once

#include <sys/stat.h>

#include <string>

namespace kea_runscript::route {

/// The content of a file that only root can have written: it and every folder above it are owned by
/// root and not writable by group or others, and it is no symbolic link. `path` is absolute.
std::string read_trusted(const std::string& path);

/// What is at `path` is owned by root and not writable by group or others.
void require_roots_own(const std::string& path, const struct stat& status);

/// An open file from where it stands to its end: never a part of it, as half a list may say more
/// than the whole one.
std::string read_whole(int file, const std::string& path);

}  // namespace kea_runscript::route
