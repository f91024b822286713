#include "kea/facts.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "core/frame.h"
#include "kea/hook.h"
#include "kea/options.h"
#include "kea/variables4.h"
#include "kea/variables6.h"

namespace kea_runscript {

using core::Frame;
using core::HookPoint;
using core::Variable;
using isc::hooks::CalloutHandle;

namespace {

const char* lease_argument(Dhcp4, const HookPoint&) {
    return Dhcp4::kLease;
}

const char* lease_argument(Dhcp6, const HookPoint& point) {
    return point.name == "addr6_register" ? "new_lease6" : Dhcp6::kLease;
}

template <typename Dhcp>
std::optional<std::uint32_t> subnet_id(const Facts<Dhcp>& facts) {
    if (facts.lease) {
        return facts.lease->subnet_id_;
    }
    if (facts.subnet && *facts.subnet) {
        return (*facts.subnet)->getID();
    }
    return std::nullopt;
}

void add_relays_of(Frame&, Entry&, const isc::dhcp::Pkt4Ptr&) {}

void add_relays_of(Frame& frame, Entry& entry, const isc::dhcp::Pkt6Ptr& query) {
    const std::size_t relays = query ? query->relay_info_.size() : 0;
    if (!entry.fills()) {
        add_relays(frame, query.get(), 0);
        return;
    }
    // There is no end to the relays that could be: to be emptied are only those that have been.
    std::size_t most = entry.most_relays;
    while (most < relays && !entry.most_relays.compare_exchange_weak(most, relays)) {
    }
    add_relays(frame, query.get(), std::max(most, relays));
}

template <typename Dhcp>
Frame frame_of(Entry& entry, const Facts<Dhcp>& facts) {
    Frame frame(entry.config().fields);
    if (facts.query) {
        add_query(frame, *facts.query);
    }
    add_relays_of(frame, entry, facts.query);
    if (facts.response) {
        add_response(frame, *facts.response);
    }
    add_options(frame, entry.options, facts.query.get(), facts.response.get(), entry.fills());
    if (facts.subnet) {
        add_subnet(frame, *facts.subnet);
    }
    if (facts.fake_allocation) {
        frame.add_text(Variable::KEA_FAKE_ALLOCATION, *facts.fake_allocation ? "1" : "0");
    }
    if (facts.lease) {
        add_lease(frame, *facts.lease);
        if (frame.wants(Dhcp::kInterface) || frame.wants(Dhcp::kNextHop)) {
            const Place place =
                facts.query ? place_of(*facts.query) : hook->memory.recall(*facts.lease);
            frame.add_text(Dhcp::kInterface, place.interface);
            frame.add_text(Dhcp::kNextHop, place.next_hop);
        }
    }
    if (!facts.change.empty()) {
        frame.add_text(Dhcp::kChange, facts.change);
        frame.add_text(Dhcp::kReused, facts.reused ? "1" : "0");
    }
    if (facts.remove_lease) {
        frame.add_text(Variable::KEA_REMOVE_LEASE, *facts.remove_lease ? "1" : "0");
    }
    if (facts.replayed) {
        frame.add_text(Variable::KEA_REPLAY_LEASES, std::to_string(*facts.replayed));
    }
    if (entry.fills()) {
        frame.fill();
    }
    return frame;
}

}  // namespace

template <typename Dhcp>
Facts<Dhcp> read_facts(CalloutHandle& handle, const HookPoint& point) {
    Facts<Dhcp> facts;
    if (point.has_query) {
        handle.getArgument(Dhcp::kQuery, facts.query);
    }
    if (point.has(Dhcp::kResponseType)) {
        handle.getArgument(Dhcp::kResponse, facts.response);
    }
    if (point.has(Dhcp::kSubnetText)) {
        facts.subnet = argument<typename Dhcp::SubnetPtr>(handle, Dhcp::kSubnet);
    }
    if (point.has(Variable::KEA_FAKE_ALLOCATION)) {
        facts.fake_allocation = argument<bool>(handle, "fake_allocation");
    }
    if (point.has(Dhcp::kLeaseType)) {
        handle.getArgument(lease_argument(Dhcp(), point), facts.lease);
    }
    if (point.has(Variable::KEA_REMOVE_LEASE)) {
        facts.remove_lease = argument<bool>(handle, "remove_lease");
    }
    return facts;
}

template <typename Dhcp>
bool concerns(const Entry& entry, const Facts<Dhcp>& facts) {
    const auto& subnets = entry.config().subnets;
    if (!subnets.empty()) {
        const auto id = subnet_id(facts);
        if (!id || std::find(subnets.begin(), subnets.end(), *id) == subnets.end()) {
            return false;
        }
    }
    const auto& classes = entry.config().client_classes;
    return classes.empty() || std::any_of(classes.begin(), classes.end(), [&](const auto& name) {
               return facts.query->inClass(name);
           });
}

template <typename Dhcp>
std::unique_ptr<core::Event> make_event(Entry& entry, const HookPoint& point,
                                        const Facts<Dhcp>& facts) {
    auto event = std::make_unique<core::Event>();
    event->point = &point;
    if (facts.lease) {
        event->key = lease_key(*facts.lease);
    } else if (facts.query) {
        event->key = client_of(*facts.query);
    }
    event->lines = frame_of(entry, facts).lines();
    event->provisional = facts.fake_allocation.value_or(false) || point.name == "lease4_offer";
    return event;
}

template Facts<Dhcp4> read_facts(CalloutHandle&, const HookPoint&);
template Facts<Dhcp6> read_facts(CalloutHandle&, const HookPoint&);
template bool concerns(const Entry&, const Facts<Dhcp4>&);
template bool concerns(const Entry&, const Facts<Dhcp6>&);
template std::unique_ptr<core::Event> make_event(Entry&, const HookPoint&, const Facts<Dhcp4>&);
template std::unique_ptr<core::Event> make_event(Entry&, const HookPoint&, const Facts<Dhcp6>&);

}  // namespace kea_runscript
