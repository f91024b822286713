#include "route/inventory.h"

#include <algorithm>
#include <cerrno>

#include "route/entry.h"
#include "route/failure.h"
#include "route/words.h"

namespace kea_runscript::route {

namespace {

/// What one step does at most takes a small part of a millisecond: octets of the kernel's list...
constexpr std::size_t kPiece = 8192;
/// ... and routes that it looks at, and that it removes.
constexpr int kLooks = 256;
constexpr int kRemovals = 16;

}  // namespace

Inventory::Inventory(int family, const Policy& policy)
    : family_(family), tables_(policy.tables(family)), netlink_(kPiece) {
    list();
}

/// Asks the kernel for the next table.
void Inventory::list() {
    if (tables_.empty()) {
        return;
    }
    const std::uint32_t table = *tables_.begin();
    rtmsg header{};
    header.rtm_family = static_cast<unsigned char>(family_);
    header.rtm_protocol = our_protocol;
    Message message(RTM_GETROUTE, NLM_F_DUMP, header);
    message.add(RTA_TABLE, &table, sizeof table);
    netlink_.send(message);
}

bool Inventory::read() {
    if (tables_.empty()) {
        return false;
    }
    const auto answer = netlink_.receive([this](const nlmsghdr& message) { note(message); });
    if (answer) {
        if (answer->error != 0 && answer->error != ENOENT) {  // there is no such table: fine
            throw Failure(Exit::kernel, "the kernel refused to list its routes: " + answer->reason);
        }
        // Routes that came while it was listed may be missing: those are no leftovers.
        tables_.erase(tables_.begin());
        list();
    }
    return !tables_.empty();
}

void Inventory::note(const nlmsghdr& message) {
    const Entry entry(message);
    if (entry.protocol != our_protocol) {
        return;
    }
    const Route route{entry.destination, "", entry.next_hop, entry.table};
    const bool plain = entry.ours && entry.rivals(route);
    // What we did meanwhile is newer. They come in order, so mostly at the end.
    known_.try_emplace(known_.end(), Place(route),
                       Known{entry.next_hop, plain ? entry.device : 0, false});
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
