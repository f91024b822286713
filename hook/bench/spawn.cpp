// bench-spawn PARALLEL COUNT PROGRAM: starts PROGRAM so often by posix_spawn, at most PARALLEL at
// once, and does nothing else: as fast as anything can be that runs a program for each event.
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <cstring>
#include <iostream>

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: bench-spawn PARALLEL COUNT PROGRAM\n";
        return 2;
    }
    const int parallel = std::atoi(argv[1]);
    const int count = std::atoi(argv[2]);
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char* const environment[] = {path, nullptr};
    int running = 0;
    for (int started = 0; started < count || running > 0;) {
        if (started < count && running < parallel) {
            char* const arguments[] = {argv[3], nullptr};
            pid_t pid = -1;
            const int error = posix_spawn(&pid, argv[3], nullptr, nullptr, arguments, environment);
            if (error != 0) {
                std::cerr << argv[3] << ": " << std::strerror(error) << "\n";
                return 1;
            }
            ++started;
            ++running;
        } else if (wait(nullptr) > 0) {
            --running;
        }
    }
    return 0;
}
