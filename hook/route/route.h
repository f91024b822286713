// SPDX-License-Identifier: MPL-2.0
#pragma once

#include "prefix.h"

#include <linux/rtnetlink.h>

#include <cstdint>
#include <optional>
#include <string>

namespace kea_runscript::route {

struct Route {
    Prefix destination;
    std::string device;              // empty: any (only to remove)
    std::optional<Address> next_hop; // none: on-link; to remove: any
    std::uint32_t table = RT_TABLE_MAIN;
};

} // namespace kea_runscript::route
