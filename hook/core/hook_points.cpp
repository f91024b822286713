#include "core/hook_points.h"

#include <array>

namespace kea_runscript::core {

namespace {

// Kea honours SKIP at renew, rebind and release (2.2.0 nothing else for the release of a prefix):
// there it means that the lease stays as it was.
constexpr std::array<HookPoint, 9> kHookPoints{{
    {"leases4_committed", Family::V4, Waiting::Parks, Verdict::Drop, false},
    {"lease4_renew", Family::V4, Waiting::Blocks, Verdict::Skip, true},
    {"lease4_release", Family::V4, Waiting::Blocks, Verdict::Skip, true},
    {"lease4_expire", Family::V4, Waiting::Never, Verdict::Continue, true},
    {"leases6_committed", Family::V6, Waiting::Parks, Verdict::Drop, false},
    {"lease6_renew", Family::V6, Waiting::Blocks, Verdict::Skip, true},
    {"lease6_rebind", Family::V6, Waiting::Blocks, Verdict::Skip, true},
    {"lease6_release", Family::V6, Waiting::Blocks, Verdict::Skip, true},
    {"lease6_expire", Family::V6, Waiting::Never, Verdict::Continue, true},
}};

}  // namespace

const HookPoint* find_hook_point(std::string_view name) {
    for (const HookPoint& point : kHookPoints) {
        if (point.name == name) {
            return &point;
        }
    }
    return nullptr;
}

std::vector<const HookPoint*> hook_points(Family family) {
    std::vector<const HookPoint*> points;
    for (const HookPoint& point : kHookPoints) {
        if (point.family == family) {
            points.push_back(&point);
        }
    }
    return points;
}

std::string server_name(Family family) {
    return family == Family::V4 ? "kea-dhcp4" : "kea-dhcp6";
}

}  // namespace kea_runscript::core
