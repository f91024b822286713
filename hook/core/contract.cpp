// Rendered from hook/contract.yml by `./inv contract`.
#include "core/contract.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "core/hook_points.h"

namespace kea_runscript::core {

namespace {

constexpr std::array<std::string_view, kVariables> kNames{
    "KEA_QUERY4_TYPE",
    "KEA_QUERY4_INTERFACE",
    "KEA_QUERY4_IFINDEX",
    "KEA_QUERY4_HWADDR",
    "KEA_QUERY4_HWADDR_TYPE",
    "KEA_QUERY4_HWADDR_SOURCE",
    "KEA_QUERY4_CIADDR",
    "KEA_QUERY4_SIADDR",
    "KEA_QUERY4_YIADDR",
    "KEA_QUERY4_GIADDR",
    "KEA_QUERY4_RELAYED",
    "KEA_QUERY4_RELAY_HOPS",
    "KEA_QUERY4_OPTION60",
    "KEA_QUERY4_RAI",
    "KEA_QUERY4_RAI_CIRCUIT_ID",
    "KEA_QUERY4_RAI_REMOTE_ID",
    "KEA_QUERY4_TRANSACTION_ID",
    "KEA_QUERY4_CLIENT_CLASSES",
    "KEA_RESPONSE4_TYPE",
    "KEA_RESPONSE4_INTERFACE",
    "KEA_RESPONSE4_IFINDEX",
    "KEA_RESPONSE4_HWADDR",
    "KEA_RESPONSE4_HWADDR_TYPE",
    "KEA_RESPONSE4_HWADDR_SOURCE",
    "KEA_RESPONSE4_CIADDR",
    "KEA_RESPONSE4_SIADDR",
    "KEA_RESPONSE4_YIADDR",
    "KEA_RESPONSE4_GIADDR",
    "KEA_RESPONSE4_RELAYED",
    "KEA_RESPONSE4_RELAY_HOPS",
    "KEA_RESPONSE4_OPTION60",
    "KEA_RESPONSE4_RAI",
    "KEA_RESPONSE4_RAI_CIRCUIT_ID",
    "KEA_RESPONSE4_RAI_REMOTE_ID",
    "KEA_SUBNET4",
    "KEA_SUBNET4_PREFIX",
    "KEA_SUBNET4_PREFIXLEN",
    "KEA_LEASE4_TYPE",
    "KEA_LEASE4_STATE",
    "KEA_LEASE4_IS_EXPIRED",
    "KEA_LEASE4_ADDRESS",
    "KEA_LEASE4_HWADDR",
    "KEA_LEASE4_HOSTNAME",
    "KEA_LEASE4_CLIENT_LAST_TRANSMISSION",
    "KEA_LEASE4_VALID_LIFETIME",
    "KEA_LEASE4_SUBNET_ID",
    "KEA_LEASE4_POOL_ID",
    "KEA_LEASE4_CLIENT_ID",
    "KEA_LEASE4_INTERFACE",
    "KEA_LEASE4_NEXT_HOP",
    "KEA_LEASE4_CHANGE",
    "KEA_LEASE4_REUSED",
    "KEA_QUERY6_TYPE",
    "KEA_QUERY6_INTERFACE",
    "KEA_QUERY6_IFINDEX",
    "KEA_QUERY6_HWADDR",
    "KEA_QUERY6_HWADDR_TYPE",
    "KEA_QUERY6_HWADDR_SOURCE",
    "KEA_QUERY6_LOCAL_ADDRESS",
    "KEA_QUERY6_LOCAL_PORT",
    "KEA_QUERY6_REMOTE_ADDRESS",
    "KEA_QUERY6_REMOTE_PORT",
    "KEA_QUERY6_LABEL",
    "KEA_QUERY6_TRANSACTION_ID",
    "KEA_QUERY6_DUID",
    "KEA_QUERY6_CLIENT_CLASSES",
    "KEA_QUERY6_RELAY_COUNT",
    "KEA_RESPONSE6_TYPE",
    "KEA_RESPONSE6_INTERFACE",
    "KEA_RESPONSE6_IFINDEX",
    "KEA_RESPONSE6_HWADDR",
    "KEA_RESPONSE6_HWADDR_TYPE",
    "KEA_RESPONSE6_HWADDR_SOURCE",
    "KEA_RESPONSE6_LOCAL_ADDRESS",
    "KEA_RESPONSE6_LOCAL_PORT",
    "KEA_RESPONSE6_REMOTE_ADDRESS",
    "KEA_RESPONSE6_REMOTE_PORT",
    "KEA_RESPONSE6_LABEL",
    "KEA_RESPONSE6_TRANSACTION_ID",
    "KEA_RESPONSE6_DUID",
    "KEA_SUBNET6",
    "KEA_SUBNET6_PREFIX",
    "KEA_SUBNET6_PREFIXLEN",
    "KEA_LEASE6_TYPE",
    "KEA_LEASE6_STATE",
    "KEA_LEASE6_IS_EXPIRED",
    "KEA_LEASE6_ADDRESS",
    "KEA_LEASE6_DELEGATED_PREFIX",
    "KEA_LEASE6_DELEGATED_PREFIXLEN",
    "KEA_LEASE6_HWADDR",
    "KEA_LEASE6_HOSTNAME",
    "KEA_LEASE6_CLIENT_DUID",
    "KEA_LEASE6_CLIENT_LAST_TRANSMISSION",
    "KEA_LEASE6_VALID_LIFETIME",
    "KEA_LEASE6_PREFERRED_LIFETIME",
    "KEA_LEASE6_IAID",
    "KEA_LEASE6_SUBNET_ID",
    "KEA_LEASE6_POOL_ID",
    "KEA_LEASE6_INTERFACE",
    "KEA_LEASE6_NEXT_HOP",
    "KEA_LEASE6_CHANGE",
    "KEA_LEASE6_REUSED",
    "KEA_FAKE_ALLOCATION",
    "KEA_REMOVE_LEASE",
    "KEA_REPLAY_LEASES",
    "KEA_QUERY6_RELAY<n>_LINK_ADDRESS",
    "KEA_QUERY6_RELAY<n>_PEER_ADDRESS",
    "KEA_QUERY6_RELAY<n>_INTERFACE_ID",
    "KEA_QUERY6_RELAY<n>_REMOTE_ID",
    "KEA_QUERY6_RELAY<n>_SUBSCRIBER_ID",
};

/// From one variable to another one, both included.
struct Group {
    Variable first;
    Variable last;
};

constexpr Group kQuery4{Variable::KEA_QUERY4_TYPE, Variable::KEA_QUERY4_CLIENT_CLASSES};
constexpr Group kResponse4{Variable::KEA_RESPONSE4_TYPE, Variable::KEA_RESPONSE4_RAI_REMOTE_ID};
constexpr Group kSubnet4{Variable::KEA_SUBNET4, Variable::KEA_SUBNET4_PREFIXLEN};
constexpr Group kLease4{Variable::KEA_LEASE4_TYPE, Variable::KEA_LEASE4_NEXT_HOP};
constexpr Group kChange4{Variable::KEA_LEASE4_CHANGE, Variable::KEA_LEASE4_REUSED};
constexpr Group kQuery6{Variable::KEA_QUERY6_TYPE, Variable::KEA_QUERY6_RELAY_COUNT};
constexpr Group kRelay6{Variable::KEA_QUERY6_RELAY_N_LINK_ADDRESS,
                        Variable::KEA_QUERY6_RELAY_N_SUBSCRIBER_ID};
constexpr Group kResponse6{Variable::KEA_RESPONSE6_TYPE, Variable::KEA_RESPONSE6_DUID};
constexpr Group kSubnet6{Variable::KEA_SUBNET6, Variable::KEA_SUBNET6_PREFIXLEN};
constexpr Group kLease6{Variable::KEA_LEASE6_TYPE, Variable::KEA_LEASE6_NEXT_HOP};
constexpr Group kChange6{Variable::KEA_LEASE6_CHANGE, Variable::KEA_LEASE6_REUSED};
constexpr Group kFakeAllocation{Variable::KEA_FAKE_ALLOCATION, Variable::KEA_FAKE_ALLOCATION};
constexpr Group kRemoveLease{Variable::KEA_REMOVE_LEASE, Variable::KEA_REMOVE_LEASE};
constexpr Group kReplay{Variable::KEA_REPLAY_LEASES, Variable::KEA_REPLAY_LEASES};

Selection all_of(std::initializer_list<Group> groups) {
    Selection selection;
    for (const Group& group : groups) {
        for (auto i = static_cast<std::size_t>(group.first);
             i <= static_cast<std::size_t>(group.last); ++i) {
            selection.set(i);
        }
    }
    return selection;
}

}  // namespace

std::string_view name_of(Variable variable) {
    return kNames.at(static_cast<std::size_t>(variable));
}

std::optional<Variable> find_variable(std::string_view name) {
    const auto* const found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) {
        return std::nullopt;
    }
    return static_cast<Variable>(found - kNames.begin());
}

const std::vector<HookPoint>& all_hook_points() {
    // name, family, origin, waiting, honours skip, drop, in the older hook, in ISC's, query,
    // subnet, since, variables
    static const std::vector<HookPoint> points{
        {"pkt4_receive", Family::V4, Origin::Kea, Waiting::Blocks, true, true, true, false, true,
         false, "",
         all_of({
             kQuery4,
         })},
        {"subnet4_select", Family::V4, Origin::Kea, Waiting::Blocks, true, true, true, false, true,
         true, "",
         all_of({
             kQuery4,
             kSubnet4,
         })},
        {"lease4_select", Family::V4, Origin::Kea, Waiting::Blocks, true, false, true, false, true,
         true, "",
         all_of({
             kQuery4,
             kSubnet4,
             kFakeAllocation,
             kLease4,
         })},
        {"lease4_offer", Family::V4, Origin::Kea, Waiting::Parks, false, true, false, false, true,
         true, "2.6",
         all_of({
             kQuery4,
             kLease4,
         })},
        {"lease4_renew", Family::V4, Origin::Kea, Waiting::Blocks, true, false, true, true, true,
         true, "",
         all_of({
             kQuery4,
             kSubnet4,
             kLease4,
         })},
        {"leases4_committed", Family::V4, Origin::Kea, Waiting::Parks, false, true, false, true,
         true, true, "",
         all_of({
             kQuery4,
             kLease4,
             kChange4,
         })},
        {"lease4_release", Family::V4, Origin::Kea, Waiting::Blocks, true, true, true, true, true,
         true, "",
         all_of({
             kQuery4,
             kLease4,
         })},
        {"lease4_decline", Family::V4, Origin::Kea, Waiting::Blocks, true, true, true, true, true,
         true, "",
         all_of({
             kQuery4,
             kLease4,
         })},
        {"lease4_server_decline", Family::V4, Origin::Kea, Waiting::Blocks, false, false, false,
         false, true, true, "2.6",
         all_of({
             kQuery4,
             kLease4,
         })},
        {"pkt4_send", Family::V4, Origin::Kea, Waiting::Blocks, false, true, true, false, true,
         false, "",
         all_of({
             kQuery4,
             kResponse4,
         })},
        {"lease4_expire", Family::V4, Origin::Kea, Waiting::Never, false, false, true, true, false,
         true, "",
         all_of({
             kLease4,
             kRemoveLease,
         })},
        {"lease4_recover", Family::V4, Origin::Kea, Waiting::Never, false, false, true, true, false,
         true, "",
         all_of({
             kLease4,
         })},
        {"lease4_changed", Family::V4, Origin::Changes, Waiting::Never, false, false, false, false,
         false, true, "2.6",
         all_of({
             kLease4,
             kChange4,
         })},
        {"lease4_replay", Family::V4, Origin::Replay, Waiting::Never, false, false, false, false,
         false, true, "",
         all_of({
             kLease4,
         })},
        {"pkt6_receive", Family::V6, Origin::Kea, Waiting::Blocks, true, true, true, false, true,
         false, "",
         all_of({
             kQuery6,
             kRelay6,
         })},
        {"subnet6_select", Family::V6, Origin::Kea, Waiting::Blocks, true, true, true, false, true,
         true, "",
         all_of({
             kQuery6,
             kRelay6,
             kSubnet6,
         })},
        {"lease6_select", Family::V6, Origin::Kea, Waiting::Blocks, true, false, true, false, true,
         true, "",
         all_of({
             kQuery6,
             kRelay6,
             kSubnet6,
             kFakeAllocation,
             kLease6,
         })},
        {"lease6_renew", Family::V6, Origin::Kea, Waiting::Blocks, true, false, true, true, true,
         true, "",
         all_of({
             kQuery6,
             kRelay6,
             kLease6,
         })},
        {"lease6_rebind", Family::V6, Origin::Kea, Waiting::Blocks, true, false, true, true, true,
         true, "",
         all_of({
             kQuery6,
             kRelay6,
             kLease6,
         })},
        {"leases6_committed", Family::V6, Origin::Kea, Waiting::Parks, false, true, false, true,
         true, true, "",
         all_of({
             kQuery6,
             kRelay6,
             kLease6,
             kChange6,
         })},
        {"lease6_release", Family::V6, Origin::Kea, Waiting::Blocks, true, true, true, true, true,
         true, "",
         all_of({
             kQuery6,
             kRelay6,
             kLease6,
         })},
        {"lease6_decline", Family::V6, Origin::Kea, Waiting::Blocks, true, true, true, true, true,
         true, "",
         all_of({
             kQuery6,
             kRelay6,
             kLease6,
         })},
        {"addr6_register", Family::V6, Origin::Kea, Waiting::Blocks, true, true, false, true, true,
         true, "3.0",
         all_of({
             kQuery6,
             kRelay6,
             kLease6,
         })},
        {"pkt6_send", Family::V6, Origin::Kea, Waiting::Blocks, false, true, true, false, true,
         false, "",
         all_of({
             kQuery6,
             kRelay6,
             kResponse6,
         })},
        {"lease6_expire", Family::V6, Origin::Kea, Waiting::Never, false, false, true, true, false,
         true, "",
         all_of({
             kLease6,
             kRemoveLease,
         })},
        {"lease6_recover", Family::V6, Origin::Kea, Waiting::Never, false, false, true, true, false,
         true, "",
         all_of({
             kLease6,
         })},
        {"lease6_changed", Family::V6, Origin::Changes, Waiting::Never, false, false, false, false,
         false, true, "2.6",
         all_of({
             kLease6,
             kChange6,
         })},
        {"lease6_replay", Family::V6, Origin::Replay, Waiting::Never, false, false, false, false,
         false, true, "",
         all_of({
             kLease6,
         })},
        {"replay_begin", std::nullopt, Origin::Replay, Waiting::Never, false, false, false, false,
         false, false, "", all_of({})},
        {"replay_end", std::nullopt, Origin::Replay, Waiting::Never, false, false, false, false,
         false, false, "",
         all_of({
             kReplay,
         })},
    };
    return points;
}

}  // namespace kea_runscript::core
