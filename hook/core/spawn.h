#pragma once

#include <sys/types.h>

namespace kea_runscript::core {

/// posix_spawn with the given descriptors as 0, 1, 2, ... and nothing else open; an empty signal
/// mask and a process group of its own. Signals that we ignore stay ignored. `argv` and `envp` end
/// with a null pointer. Returns 0 or an error number; never throws.
int spawn(pid_t& pid, const char* program, char* const argv[], char* const envp[],
          const int* descriptors, int count);

}  // namespace kea_runscript::core
