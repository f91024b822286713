// kea-runscript-runner: the one program that the hook starts. It can be run from a shell as well:
// see the usage text, and the stream protocol in docs/protocol.md.
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstring>
#include <exception>
#include <iostream>
#include <string_view>

#include "runner/runner.h"

namespace {

constexpr int kUsage = 64;
constexpr char kUsageText[] =
    "usage: kea-runscript-runner [--timeout MILLISECONDS] -- SCRIPT\n"
    "Reads events on standard input, runs SCRIPT for each and writes one answer for each.\n"
    "Kea's hook library kea-hook-runscript.so starts it; it needs not be started by hand.\n";

/// Returns false if the command line is not understood.
bool parse(int argc, char** argv, kea_runscript::runner::Options& options) {
    int i = 1;
    if (i + 1 < argc && std::string_view(argv[i]) == "--timeout") {
        const std::string_view text = argv[i + 1];
        long milliseconds = 0;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), milliseconds);
        if (error != std::errc() || end != text.data() + text.size() || milliseconds < 1) {
            return false;
        }
        options.timeout = std::chrono::milliseconds(milliseconds);
        i += 2;
    }
    if (i + 2 != argc || std::string_view(argv[i]) != "--" || argv[i + 1][0] != '/') {
        return false;
    }
    options.script = argv[i + 1];
    return true;
}

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
    kea_runscript::runner::Options options;
    if (!parse(argc, argv, options)) {
        std::cerr << kUsageText;
        return kUsage;
    }
    prepare_process();
    try {
        return kea_runscript::runner::Runner(options).run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
