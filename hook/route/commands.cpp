#include "route/commands.h"

#include <cstdio>

#include "route/bounds.h"
#include "route/claims_file.h"
#include "route/failure.h"
#include "route/inventory.h"
#include "route/kernel.h"

namespace kea_runscript::route {

namespace {

void add(const Route& wanted, const Policy& policy) {
    require_routable(wanted);
    Kernel kernel;
    for (const Route& route : policy.require_allowed(wanted)) {
        require_not_connected(route.destination,
                              kernel.connected(route.destination.network.family));
        ClaimsFile(route.destination.network.family, false).claim(route);
        kernel.add(route);
    }
}

void remove(const Route& wanted, const Policy& policy) {
    require_routable(wanted);
    Kernel kernel;
    for (const Route& route : policy.require_allowed(wanted)) {
        kernel.remove(route);
    }
}

void claim(const Route& wanted, const Policy& policy) {
    ClaimsFile file(wanted.destination.network.family, false);
    for (const Route& route : policy.allowed(wanted)) {
        file.claim(route);
    }
}

void read_all(Inventory& ours) {
    while (ours.read()) {
    }
}

void sweep(Inventory& ours, const Policy& policy) {
    Kernel kernel;
    while (ours.sweep(kernel, policy)) {
    }
}

void flush(int family, const Policy& policy) {
    Inventory ours(family, policy);
    read_all(ours);
    sweep(ours, policy);
}

void end_replay(const Command& command, const Policy& policy) {
    ClaimsFile file(command.family, false);
    if (!file.is_open()) {
        throw Failure(Exit::usage, "no replay of " + family_name(command.family) +
                                       " has begun: write `replay-begin " +
                                       family_name(command.family) + "` first");
    }
    Inventory ours(command.family, policy);
    read_all(ours);
    for (const Route& route : file.claims()) {
        ours.claim(route);
    }
    if (command.leases == 0) {
        std::fprintf(stderr, "kea-runscript-route: %s\n", ours.kept(policy).c_str());
    } else {
        sweep(ours, policy);
    }
    file.end();
}

}  // namespace

void carry_out(const Command& command, const Policy& policy) {
    switch (command.action) {
        case Action::add:
            return add(command.route, policy);
        case Action::del:
            return remove(command.route, policy);
        case Action::claim:
            return claim(command.route, policy);
        case Action::replay_begin:
            return ClaimsFile(command.family, true).begin();
        case Action::replay_end:
            return end_replay(command, policy);
        case Action::flush:
            return flush(command.family, policy);
        case Action::sync:
            return;
    }
}

}  // namespace kea_runscript::route
