#include "route/policy.h"

#include <algorithm>
#include <utility>

#include "route/failure.h"
#include "route/words.h"

namespace kea_runscript::route {

bool Policy::Rule::fits(const Route& route) const {
    return prefix.contains(route.destination) &&
           (route.table == RT_TABLE_UNSPEC || table == route.table) &&
           route.destination.length >= min_length && route.destination.length <= max_length &&
           (device.empty() || route.device.empty() || device == route.device);
}

Policy::Rule Policy::parse_rule(std::string_view line) {
    const Words words = split(line);
    if (words.size() < 2 || words[0] != "allow") {
        throw Failure(Exit::usage, quoted(line) + " is not a rule: write `allow PREFIX`");
    }
    const Options options = parse_options(words, 2, {"dev", "table", "min-length", "max-length"});
    const auto option = [&](const char* name, auto parse, const auto& otherwise) {
        const auto found = options.find(name);
        return found == options.end() ? otherwise : parse(found->second);
    };
    const Prefix prefix = parse_prefix(words[1]);
    const unsigned longest = prefix.network.bits();
    Rule rule{prefix, option("dev", parse_device, std::string()),
              option("table", parse_table, std::uint32_t{RT_TABLE_MAIN}), prefix.length, longest};
    rule.min_length = option(
        "min-length",
        [&](const auto& text) { return parse_number("min-length", text, prefix.length, longest); },
        prefix.length);
    rule.max_length = option(
        "max-length",
        [&](const auto& text) {
            return parse_number("max-length", text, rule.min_length, longest);
        },
        longest);
    return rule;
}

Policy Policy::parse(std::string_view text, const std::string& name) {
    Policy policy;
    policy.name_ = name;
    for (unsigned number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, std::min(text.find('#'), end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (split(line).empty()) {
            continue;
        }
        try {
            policy.rules_.push_back(parse_rule(line));
        } catch (const Failure& failure) {
            throw Failure(Exit::refused,
                          name + " line " + std::to_string(number) + ": " + failure.what());
        }
    }
    return policy;
}

std::vector<Route> Policy::allowed(const Route& route) const {
    std::set<std::pair<std::string, std::uint32_t>> places;
    for (const Rule& rule : rules_) {
        if (rule.fits(route)) {
            places.emplace(route.device.empty() ? rule.device : route.device, rule.table);
        }
    }
    std::vector<Route> routes;
    routes.reserve(places.size());
    for (const auto& [device, table] : places) {
        routes.push_back({route.destination, device, route.next_hop, table});
    }
    return routes;
}

std::vector<Route> Policy::require_allowed(const Route& route) const {
    std::vector<Route> routes = allowed(route);
    if (routes.empty()) {
        const std::string wanted =
            to_text(Route{route.destination, route.device, std::nullopt, route.table});
        throw Failure(Exit::refused, "no rule of " + name_ + " allows " + wanted +
                                         ": if it is wanted, add `allow " + wanted + "` there");
    }
    return routes;
}

std::set<std::uint32_t> Policy::tables(int family) const {
    std::set<std::uint32_t> tables;
    for (const Rule& rule : rules_) {
        if (rule.prefix.network.family == family) {
            tables.insert(rule.table);
        }
    }
    return tables;
}

}  // namespace kea_runscript::route
