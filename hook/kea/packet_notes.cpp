#include "kea/packet_notes.h"

#include <dhcp/dhcp4.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "kea/compat.h"
#include "kea/hook.h"
#include "kea/reused_leases.h"

namespace kea_runscript {

using isc::hooks::CalloutHandle;

namespace {

constexpr char kContext[] = "runscript";

/// What the callouts of one packet leave for its leases*_committed.
template <typename Dhcp>
struct PacketNotes {
    std::vector<typename Dhcp::LeasePtr> created;             // of IPv6
    std::vector<typename Dhcp::LeasePtr> renewed;             // those with which Kea goes on
    std::map<std::string, typename Dhcp::LeasePtr> declined;  // copies, by key
    std::map<std::pair<const Entry*, std::string>, std::shared_ptr<core::Reservation>> places;
};

template <typename Dhcp>
PacketNotes<Dhcp>& notes_of(CalloutHandle& handle) {
    std::shared_ptr<PacketNotes<Dhcp>> notes;
    get_optional_context(handle, kContext, notes);
    if (!notes) {
        notes = std::make_shared<PacketNotes<Dhcp>>();
        handle.setContext(kContext, notes);
    }
    return *notes;
}

bool same(const isc::dhcp::Lease4& a, const isc::dhcp::Lease4& b) {
    return a.addr_ == b.addr_;
}

bool same(const isc::dhcp::Lease6& a, const isc::dhcp::Lease6& b) {
    return a.addr_ == b.addr_ && a.type_ == b.type_ && a.prefixlen_ == b.prefixlen_;
}

template <typename LeasePtr, typename Lease>
bool contains(const std::vector<LeasePtr>& leases, const Lease& lease) {
    return std::any_of(leases.begin(), leases.end(),
                       [&](const LeasePtr& other) { return same(*other, lease); });
}

/// A lease that was there before has been through lease4_renew.
bool is_new(const PacketNotes<Dhcp4>& notes, const isc::dhcp::Lease4& lease) {
    return !contains(notes.renewed, lease);
}

/// A REQUEST for one that was there before calls nothing, hence the other way round.
bool is_new(const PacketNotes<Dhcp6>& notes, const isc::dhcp::Lease6& lease) {
    return contains(notes.created, lease);
}

bool lists(const std::vector<core::Config>& configs, std::string_view name) {
    return std::any_of(configs.begin(), configs.end(), [&](const core::Config& config) {
        const auto& points = config.hook_points;
        return std::any_of(points.begin(), points.end(),
                           [&](const core::HookPoint* point) { return point->name == name; });
    });
}

}  // namespace

std::set<std::string_view> noted_points(const std::vector<core::Config>& configs,
                                        core::Family family) {
    const bool v4 = family == core::Family::V4;
    std::set<std::string_view> points;
    if (lists(configs, v4 ? "leases4_committed" : "leases6_committed")) {
        points = v4 ? std::set<std::string_view>{"lease4_renew", "lease4_release", "lease4_decline"}
                    : std::set<std::string_view>{"lease6_select", "lease6_release",
                                                 "lease6_decline", "addr6_register"};
    }
    if (lists(configs, v4 ? "lease4_changed" : "lease6_changed")) {
        if (!points.empty()) {
            points.insert(v4 ? "subnet4_select" : "subnet6_select");
        }
        if (v4) {
            points.insert(
                {"lease4_release", "lease4_decline", "lease4_server_decline", "lease4_expire"});
        } else {
            points.insert({"lease6_release", "lease6_decline", "lease6_expire"});
        }
    }
    if (LeaseMemory::wanted(configs)) {
        if (v4) {
            points.insert({"lease4_select", "lease4_renew"});
        } else {
            points.insert({"lease6_select", "lease6_renew", "lease6_rebind", "addr6_register"});
        }
    }
    return points;
}

void note_packet(CalloutHandle& handle) {
    hook->changes.take_up(handle);
}

template <>
void note_selection<Dhcp4>(CalloutHandle& handle) {
    if (!argument<bool>(handle, "fake_allocation")) {
        hook->changes.take_up(handle);
        hook->memory.remember(*argument<isc::dhcp::Lease4Ptr>(handle, Dhcp4::kLease),
                              place_of(*argument<isc::dhcp::Pkt4Ptr>(handle, Dhcp4::kQuery)));
    }
}

template <>
void note_selection<Dhcp6>(CalloutHandle& handle) {
    if (!argument<bool>(handle, "fake_allocation")) {
        hook->changes.take_up(handle);
        const auto lease = argument<isc::dhcp::Lease6Ptr>(handle, Dhcp6::kLease);
        notes_of<Dhcp6>(handle).created.push_back(lease);
        hook->memory.remember(*lease,
                              place_of(*argument<isc::dhcp::Pkt6Ptr>(handle, Dhcp6::kQuery)));
    }
}

template <>
void note_renewal<Dhcp4>(CalloutHandle& handle) {
    const auto query = argument<isc::dhcp::Pkt4Ptr>(handle, Dhcp4::kQuery);
    if (query->getType() == isc::dhcp::DHCPDISCOVER) {
        return;
    }
    hook->changes.take_up(handle);
    const auto lease = argument<isc::dhcp::Lease4Ptr>(handle, Dhcp4::kLease);
    if (hook->memory.remember(*lease, place_of(*query))) {
        // Else Kea would not store it.
        lease->reuseable_valid_lft_ = 0;
    }
    notes_of<Dhcp4>(handle).renewed.push_back(lease);
}

template <>
void note_renewal<Dhcp6>(CalloutHandle& handle) {
    hook->changes.take_up(handle);
    const auto query = argument<isc::dhcp::Pkt6Ptr>(handle, Dhcp6::kQuery);
    const auto lease = argument<isc::dhcp::Lease6Ptr>(handle, Dhcp6::kLease);
    hook->memory.remember(*lease, place_of(*query));
}

void note_registration(CalloutHandle& handle) {
    hook->changes.take_up(handle);
    const auto lease = argument<isc::dhcp::Lease6Ptr>(handle, "new_lease6");
    if (!argument<isc::dhcp::Lease6Ptr>(handle, "old_lease6")) {
        notes_of<Dhcp6>(handle).created.push_back(lease);
    }
    hook->memory.remember(*lease, place_of(*argument<isc::dhcp::Pkt6Ptr>(handle, Dhcp6::kQuery)));
}

template <typename Dhcp>
void note_release(CalloutHandle& handle) {
    hook->changes.take_up(handle);
    hook->changes.foretell<Dhcp>(handle);
    const auto key = lease_key(*argument<typename Dhcp::LeasePtr>(handle, Dhcp::kLease));
    auto& places = notes_of<Dhcp>(handle).places;
    for (Entry* entry : hook->listeners(*core::find_hook_point(Dhcp::kCommitted))) {
        places.emplace(std::pair(entry, key), entry->engine.reserve(key));
    }
}

template <typename Dhcp>
std::shared_ptr<core::Reservation> reserved_place(CalloutHandle& handle, const Entry& entry,
                                                  const std::string& key) {
    auto& places = notes_of<Dhcp>(handle).places;
    const auto found = places.find({&entry, key});
    return found != places.end() ? found->second : nullptr;
}

template <typename Dhcp>
void note_decline(CalloutHandle& handle) {
    hook->changes.take_up(handle);
    hook->changes.foretell<Dhcp>(handle);
    const auto lease = argument<typename Dhcp::LeasePtr>(handle, Dhcp::kLease);
    notes_of<Dhcp>(handle).declined.emplace(lease_key(*lease),
                                            boost::make_shared<typename Dhcp::Lease>(*lease));
}

template <typename Dhcp>
void note_end(CalloutHandle& handle) {
    hook->changes.foretell<Dhcp>(handle);
}

template <typename Dhcp>
std::vector<CommittedLease<Dhcp>> committed_leases(CalloutHandle& handle) {
    const PacketNotes<Dhcp>& notes = notes_of<Dhcp>(handle);
    const auto written = argument<typename Dhcp::LeasesPtr>(handle, Dhcp::kLeases);
    const auto deleted = argument<typename Dhcp::LeasesPtr>(handle, Dhcp::kDeleted);
    std::vector<CommittedLease<Dhcp>> committed;
    for (const auto& lease : *deleted) {
        committed.push_back({lease, "deleted", false});
    }
    for (const auto& lease : *written) {
        if (lease->state_ == isc::dhcp::Lease::STATE_DECLINED) {
            // Kea has wiped it.
            const auto before = notes.declined.find(lease_key(*lease));
            committed.push_back(
                {before != notes.declined.end() ? before->second : lease, "declined", false});
        } else {
            committed.push_back({lease, is_new(notes, *lease) ? "new" : "renewed", false});
        }
    }
    for (const auto& lease : reused_leases(handle, *written, notes.renewed)) {
        committed.push_back({lease, "renewed", true});
    }
    return committed;
}

template void note_release<Dhcp4>(CalloutHandle&);
template void note_release<Dhcp6>(CalloutHandle&);
template std::shared_ptr<core::Reservation> reserved_place<Dhcp4>(CalloutHandle&, const Entry&,
                                                                  const std::string&);
template std::shared_ptr<core::Reservation> reserved_place<Dhcp6>(CalloutHandle&, const Entry&,
                                                                  const std::string&);
template void note_decline<Dhcp4>(CalloutHandle&);
template void note_decline<Dhcp6>(CalloutHandle&);
template void note_end<Dhcp4>(CalloutHandle&);
template void note_end<Dhcp6>(CalloutHandle&);
template std::vector<CommittedLease<Dhcp4>> committed_leases<Dhcp4>(CalloutHandle&);
template std::vector<CommittedLease<Dhcp6>> committed_leases<Dhcp6>(CalloutHandle&);

}  // namespace kea_runscript
