#include "route/inventory.h"

#include <algorithm>
#include <string_view>

#include "route/entry.h"
#include "route/failure.h"
#include "route/words.h"

namespace kea_runscript::route {

namespace {

/// How many routes one step removes, so that it takes less than a millisecond.
constexpr int kStep = 64;

}  // namespace

std::size_t Inventory::Hash::operator()(const Place& place) const {
    const Address& network = place.destination.network;
    const std::string_view octets(reinterpret_cast<const char*>(network.bytes.data()),
                                  network.bytes.size());
    constexpr std::size_t odd = 0x9E3779B97F4A7C15;
    return std::hash<std::string_view>()(octets) ^
           (std::size_t{place.table} << 8 | place.destination.length) * odd;
}

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

std::vector<Route> Inventory::unclaimed(const Policy& policy) const {
    std::vector<Route> routes;
    for (const auto& [place, known] : known_) {
        if (!known.claimed) {
            const Route route{place.destination, "", std::nullopt, place.table};
            if (!policy.allowed(route).empty()) {
                routes.push_back(route);
            }
        }
    }
    return routes;
}

bool Inventory::sweep(Kernel& kernel, const Policy& policy) {
    if (!condemned_) {
        condemned_ = unclaimed(policy);
    }
    for (int i = 0; i < kStep && !condemned_->empty(); ++i) {
        const Route route = condemned_->back();
        condemned_->pop_back();
        // A lease may have claimed it after all.
        const auto found = known_.find(Place(route));
        if (found == known_.end() || found->second.claimed) {
            continue;
        }
        for (const Route& allowed : policy.allowed(route)) {
            removed_ += kernel.remove(allowed) ? 1 : 0;
        }
    }
    return !condemned_->empty();
}

std::string Inventory::kept(const Policy& policy) const {
    return "the replay had no lease: the routes of leases stay (" +
           std::to_string(unclaimed(policy).size()) +
           " of them); if that is not right, `kea-runscript-route flush " + family_name(family_) +
           "` removes them";
}

}  // namespace kea_runscript::route
