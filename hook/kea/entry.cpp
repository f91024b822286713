#include "kea/entry.h"

#include <algorithm>

#include "kea/messages.h"

namespace kea_runscript {

Entry::Entry(core::Config config, core::Family family)
    : engine(std::move(config), RUNSCRIPT_RUNNER, RUNSCRIPT_KEA_RELEASE_TEXT, family, log_notice) {
    engine.set_wanted(is_logged);
}

bool Entry::listens(const core::HookPoint& point) const {
    const auto& points = config().hook_points;
    return std::find(points.begin(), points.end(), &point) != points.end();
}

}  // namespace kea_runscript
