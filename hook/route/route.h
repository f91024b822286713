#pragma once

#include <linux/rtnetlink.h>

#include <cstdint>
#include <optional>
#include <string>

#include "route/prefix.h"

namespace kea_runscript::route {

struct Route {
    Prefix destination;
    std::string device;                     ///< empty: any (only to remove)
    std::optional<Address> next_hop;        ///< none: on-link; to remove: any
    std::uint32_t table = RT_TABLE_UNSPEC;  ///< unspecified: each that a fitting rule names
};

/// As the command line has it: "192.0.2.7/32 dev eth1 via 192.0.2.1 table 100".
std::string to_text(const Route& route);

}  // namespace kea_runscript::route
