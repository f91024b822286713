#include "core/hook_points.h"

namespace kea_runscript::core {

const HookPoint* find_hook_point(std::string_view name) {
    for (const HookPoint& point : all_hook_points()) {
        if (point.name == name) {
            return &point;
        }
    }
    return nullptr;
}

std::vector<const HookPoint*> hook_points(Family family) {
    std::vector<const HookPoint*> points;
    for (const HookPoint& point : all_hook_points()) {
        if (point.family.value_or(family) == family) {
            points.push_back(&point);
        }
    }
    return points;
}

std::string server_name(Family family) {
    return family == Family::V4 ? "kea-dhcp4" : "kea-dhcp6";
}

}  // namespace kea_runscript::core
