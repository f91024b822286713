// kea-runscript-route: sets and removes the kernel routes of leases, as root, for Kea's user.
//
// Whoever calls it chooses every argument and, for sync, every octet of the stream, hence all of
// them are hostile here. Nothing else of the caller counts: no environment variable is read, no
// file opened but routes.conf and what this program keeps in /run, no program started.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "route/command_line.h"
#include "route/commands.h"
#include "route/failure.h"
#include "route/policy.h"
#include "route/sync.h"
#include "route/trusted_file.h"

namespace {

using namespace kea_runscript::route;

// Not configurable: who could choose the file could choose the rules.
const char* const routes_conf = "/etc/kea-runscript/routes.conf";

Policy read_policy() {
    return Policy::parse(read_trusted(routes_conf), routes_conf);
}

void run(const Words& words) {
    if (words == Words{"--help"} || words == Words{"-h"}) {
        std::fputs(help, stdout);
        return;
    }
    const Command command = parse_command(words);
    if (command.action == Action::sync) {
        Sync(read_policy).run(STDIN_FILENO, STDOUT_FILENO);
    } else {
        carry_out(command, read_policy());
    }
}

int report(Exit exit, const char* text) {
    std::fprintf(stderr, "kea-runscript-route: %s\n", text);
    return static_cast<int>(exit);
}

}  // namespace

int main(int argc, char** argv) {
    // A caller may have closed 0 to 2: no file or socket of ours may take such a number and then
    // get a message.
    int number = 0;
    do {
        number = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (number < 0) {
            return static_cast<int>(Exit::kernel);
        }
    } while (number <= STDERR_FILENO);
    close(number);
    try {
        run(Words(argv + (argc > 0 ? 1 : 0), argv + argc));
    } catch (const Failure& failure) {
        return report(failure.exit(), failure.what());
    } catch (const std::exception& error) {
        return report(Exit::kernel, error.what());
    }
    return static_cast<int>(Exit::done);
}
