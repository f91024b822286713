#include "core/spawn.h"

#include <spawn.h>

#include <csignal>

namespace kea_runscript::core {

namespace {

/// What every process that we start has in common.
struct Attributes {
    posix_spawnattr_t value;

    Attributes() {
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_init(&value);
        posix_spawnattr_setsigmask(&value, &none);
        posix_spawnattr_setpgroup(&value, 0);
        posix_spawnattr_setflags(&value, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { posix_spawnattr_destroy(&value); }
};

}  // namespace

int spawn(pid_t& pid, const char* program, char* const argv[], char* const envp[],
          const int* descriptors, int count) {
    const Attributes attributes;
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return error;
    }
    for (int fd = 0; fd < count && error == 0; ++fd) {
        error = posix_spawn_file_actions_adddup2(&actions, descriptors[fd], fd);
    }
    if (error == 0) {
        error = posix_spawn_file_actions_addclosefrom_np(&actions, count);
    }
    if (error == 0) {
        error = posix_spawn(&pid, program, &actions, &attributes.value, argv, envp);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

}  // namespace kea_runscript::core
