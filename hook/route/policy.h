#pragma once

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

    /// The interfaces on which this route may be set or removed: its own one, or, where it names
    /// none, each that a fitting rule names ("" is any). Throws Failure(refused) if no rule fits.
    std::vector<std::string> devices(const Route& route) const;

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
