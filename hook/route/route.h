#pragma once

#include <linux/rtnetlink.h>

#include <cstdint>
#include <optional>
#include <string>

#include "route/prefix.h"

namespace kea_runscript::route {

struct Route {
    Prefix destination;
    std::string device;               ///< empty: any (only to remove)
    std::optional<Address> next_hop;  ///< none: on-link; to remove: any
    std::uint32_t table = RT_TABLE_MAIN;
};

}  // namespace kea_runscript::route
