// kea-runscript-runner: the one program that the hook starts. It can be run from a shell as well:
// see the usage text, and the stream protocol in docs/protocol.md.
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <exception>
#include <iostream>

#include "runner/options.h"
#include "runner/runner.h"
#include "runner/worker.h"

namespace {

constexpr int kUsage = 64;
constexpr char kUsageText[] =
    "usage: kea-runscript-runner [--timeout MILLISECONDS] [--environment NAME=VALUE]... "
    "[--worker]\n"
    "                            -- SCRIPT [ARGUMENT]...\n"
    "Reads events on standard input, runs SCRIPT for each and writes one answer for each. With\n"
    "--worker starts SCRIPT once, which reads the events and answers them itself.\n"
    "Kea's hook library kea-hook-runscript.so starts it; it needs not be started by hand.\n";

/// What every script is to find, whoever started the server.
void prepare_process() {
    // Whatever the server ignores; once here costs less than for each script. What cannot be set
    // is the C library's own.
    for (int number = 1; number < NSIG; ++number) {
        std::signal(number, SIG_DFL);
    }
    // Blocked, not ignored: only the latter would reach the scripts.
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) {
        sigaddset(&blocked, number);
    }
    sigprocmask(SIG_BLOCK, &blocked, nullptr);
    // The server's unit hands on the right to open raw sockets and low ports: not for scripts.
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    umask(022);
    if (chdir("/") != 0) {
        std::cerr << "cannot change to the folder /: " << std::strerror(errno) << "\n";
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = kea_runscript::runner::parse_command_line({argv + 1, argv + argc});
    if (!options) {
        std::cerr << kUsageText;
        return kUsage;
    }
    prepare_process();
    try {
        return options->worker ? kea_runscript::runner::run_worker(*options)
                               : kea_runscript::runner::Runner(*options).run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
