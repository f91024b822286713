#include "route/inventory.h"

#include <algorithm>

#include "route/entry.h"
#include "route/failure.h"
#include "route/words.h"

namespace kea_runscript::route {

namespace {

/// How many routes one step looks at and removes at most: it takes less than a millisecond.
constexpr int kLooks = 1024;
constexpr int kRemovals = 64;

}  // namespace

Inventory::Inventory(int family) : family_(family) {
    rtmsg header{};
    header.rtm_family = static_cast<unsigned char>(family);
    header.rtm_protocol = our_protocol;
    Message message(RTM_GETROUTE, NLM_F_DUMP, header);
    netlink_.send(message);
}

bool Inventory::read() {
    const auto answer = netlink_.receive([this](const nlmsghdr& message) { note(message); });
    if (answer && answer->error != 0) {
        throw Failure(Exit::kernel, "the kernel refused to list its routes: " + answer->reason);
    }
    // Routes that came while it was listed may be missing: those are no leftovers.
    return !answer;
}

void Inventory::note(const nlmsghdr& message) {
    const Entry entry(message);
    if (entry.protocol != our_protocol) {
        return;
    }
    const Route route{entry.destination, "", entry.next_hop, entry.table};
    const bool plain = entry.ours && entry.rivals(route);
    // What we did meanwhile is newer.
    known_.try_emplace(Place(route), Known{entry.next_hop, plain ? entry.device : 0, false});
}

void Inventory::claim(const Route& route) {
    known_[Place(route)].claimed = true;
}

void Inventory::set(const Route& route, unsigned device) {
    known_[Place(route)] = Known{route.next_hop, device, true};
}

void Inventory::forget(const Route& route) {
    known_.erase(Place(route));
}

bool Inventory::has(const Route& route, unsigned device) const {
    const auto found = known_.find(Place(route));
    return found != known_.end() && found->second.device == device &&
           found->second.next_hop == route.next_hop;
}

bool Inventory::sweep(Kernel& kernel, const Policy& policy) {
    int removals = 0;
    for (int look = 0; look < kLooks && removals < kRemovals && !known_.empty(); ++look) {
        const auto first = known_.extract(known_.begin());
        if (!first.mapped().claimed) {
            for (const Route& allowed : policy.allowed(to_route(first.key()))) {
                removed_ += kernel.remove(allowed) ? 1 : 0;
                ++removals;
            }
        }
    }
    return !known_.empty();
}

std::string Inventory::kept(const Policy& policy) const {
    const auto unclaimed = std::count_if(known_.begin(), known_.end(), [&](const auto& entry) {
        return !entry.second.claimed && !policy.allowed(to_route(entry.first)).empty();
    });
    return "the replay had no lease: the routes of leases stay (" + std::to_string(unclaimed) +
           " of them); if that is not right, `kea-runscript-route flush " + family_name(family_) +
           "` removes them";
}

Route Inventory::to_route(const Place& place) {
    return {place.destination, "", std::nullopt, place.table};
}

}  // namespace kea_runscript::route
