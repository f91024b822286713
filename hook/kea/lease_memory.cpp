#include "kea/lease_memory.h"

#include <unistd.h>

#include <algorithm>
#include <climits>

namespace kea_runscript {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

namespace {

constexpr char kKey[] = "runscript";
constexpr char kInterface[] = "if";
constexpr char kNextHop[] = "nh";
constexpr char kHost[] = "host";

/// Names of interfaces mean something on this machine only.
const std::string& host_name() {
    static const std::string name = [] {
        char text[HOST_NAME_MAX + 1] = "";
        gethostname(text, sizeof text - 1);
        return std::string(text);
    }();
    return name;
}

ConstElementPtr member(const ConstElementPtr& map, const char* name, Element::types type) {
    const ConstElementPtr value =
        map && map->getType() == Element::map ? map->get(name) : ConstElementPtr();
    return value && value->getType() == type ? value : ConstElementPtr();
}

std::string text(const ConstElementPtr& map, const char* name) {
    const ConstElementPtr value = member(map, name, Element::string);
    return value ? value->stringValue() : "";
}

}  // namespace

Place place_of(const isc::dhcp::Pkt4& query) {
    return {query.getIface(), query.isRelayed() ? query.getGiaddr().toText() : ""};
}

Place place_of(const isc::dhcp::Pkt6& query) {
    // The packet's source: of a client on the same link its link-local address, else its relay's.
    return {query.getIface(), query.getRemoteAddr().toText()};
}

bool LeaseMemory::wanted(const std::vector<core::Config>& configs) {
    core::Selection places;
    for (const auto place :
         {core::Variable::KEA_LEASE4_INTERFACE, core::Variable::KEA_LEASE4_NEXT_HOP,
          core::Variable::KEA_LEASE6_INTERFACE, core::Variable::KEA_LEASE6_NEXT_HOP}) {
        places.set(static_cast<std::size_t>(place));
    }
    return std::any_of(configs.begin(), configs.end(), [&](const core::Config& config) {
        if (config.replay && (config.fields & places).any()) {
            return true;
        }
        const auto& points = config.hook_points;
        return std::any_of(points.begin(), points.end(), [&](const core::HookPoint* point) {
            return !point->has_query && (point->variables & config.fields & places).any();
        });
    });
}

bool LeaseMemory::remember(isc::dhcp::Lease& lease, const Place& place) const {
    if (!wanted_) {
        return false;
    }
    const ElementPtr entry = Element::createMap();
    entry->set(kInterface, Element::create(place.interface));
    entry->set(kNextHop, Element::create(place.next_hop));
    entry->set(kHost, Element::create(host_name()));
    const ConstElementPtr context = lease.getContext();
    const bool is_map = context && context->getType() == Element::map;
    if (const ConstElementPtr old = is_map ? context->get(kKey) : nullptr; old && *old == *entry) {
        return false;
    }
    // Copies of a lease, the stored one among them, share their context.
    const ElementPtr changed = is_map ? isc::data::copy(context, 0) : Element::createMap();
    changed->set(kKey, entry);
    lease.setContext(changed);
    return true;
}

Place LeaseMemory::recall(const isc::dhcp::Lease& lease) const {
    const ConstElementPtr entry = member(lease.getContext(), kKey, Element::map);
    Place place{text(entry, kInterface), text(entry, kNextHop)};
    if (text(entry, kHost) != host_name()) {
        const auto found = interfaces_.find(lease.subnet_id_);
        place.interface = found != interfaces_.end() ? found->second : "";
    }
    return place;
}

void LeaseMemory::configure(const ConstElementPtr& server) {
    interfaces_.clear();
    add_subnets(server, "");
    if (const ConstElementPtr networks = member(server, "shared-networks", Element::list)) {
        for (const ElementPtr& network : networks->listValue()) {
            add_subnets(network, text(network, "interface"));
        }
    }
}

void LeaseMemory::add_subnets(const ConstElementPtr& parent, const std::string& inherited) {
    for (const char* list : {"subnet4", "subnet6"}) {
        const ConstElementPtr subnets = member(parent, list, Element::list);
        if (!subnets) {
            continue;
        }
        for (const ElementPtr& subnet : subnets->listValue()) {
            const std::string own = text(subnet, "interface");
            if (const ConstElementPtr id = member(subnet, "id", Element::integer)) {
                interfaces_[static_cast<std::uint32_t>(id->intValue())] =
                    own.empty() ? inherited : own;
            }
        }
    }
}

}  // namespace kea_runscript
