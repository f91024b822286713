#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "route/route.h"

namespace kea_runscript::route {

/// The rules of routes.conf.
class Policy {
public:
    /// `name` is the file's name, for messages. Throws Failure(refused), with the line, if any line
    /// is wrong: half a policy is none.
    static Policy parse(std::string_view text, const std::string& name);

    /// What may be set or removed: this route, and where it names no interface or no table, once
    /// for each that a fitting rule names (interface "" is any). Empty if no rule fits.
    std::vector<Route> allowed(const Route& route) const;

    /// The same. Throws Failure(refused) if no rule fits.
    std::vector<Route> require_allowed(const Route& route) const;

    /// The tables that rules of this family name.
    std::set<std::uint32_t> tables(int family) const;

private:
    struct Rule {
        Prefix prefix;
        std::string device;  ///< empty: any
        std::uint32_t table;
        unsigned min_length;
        unsigned max_length;

        bool fits(const Route& route) const;
    };

    static Rule parse_rule(std::string_view line);

    std::string name_;
    std::vector<Rule> rules_;
};

}  // namespace kea_runscript::route
