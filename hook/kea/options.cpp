#include "kea/options.h"

#include <dhcp/dhcp4.h>
#include <dhcp/libdhcp++.h>

#include <algorithm>
#include <cctype>

namespace kea_runscript {

using core::Family;
using core::Frame;
using core::Variable;
using isc::dhcp::LibDHCP;
using isc::dhcp::OptionDefinitionPtr;
using isc::dhcp::OptionPtr;
using isc::dhcp::Pkt;

namespace {

/// `key` is an option's name or its code.
template <typename Key>
OptionDefinitionPtr find_definition(Family family, const Key& key) {
    const char* const space = family == Family::V4 ? "dhcp4" : "dhcp6";
    if (auto own = LibDHCP::getOptionDef(space, key)) {
        return own;
    }
    return LibDHCP::getRuntimeOptionDef(space, key);
}

bool is_number(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

ExportedOption resolve(const std::string& given, Family family) {
    if (is_number(given)) {
        const auto code = static_cast<std::uint16_t>(std::stoul(given));
        return {code, find_definition(family, code), {}, {}};
    }
    const OptionDefinitionPtr definition = find_definition(family, given);
    if (!definition) {
        throw core::ConfigError(
            "parameter 'options' lists \"" + given +
            "\", which Kea does not know; give the option's number, or a name that Kea has by "
            "itself or from 'option-def'");
    }
    return {definition->getCode(), definition, {}, {}};
}

/// A few options have a variable of their own in the contract as well, with the same value.
ExportedOption::Names names_of(const core::Config& config, const std::string& name) {
    const auto own = core::find_variable(name);
    const bool there = own && config.fields.test(static_cast<std::size_t>(*own));
    return {there ? "" : name, name + "_HEX"};
}

bool has_responses(const core::Config& config) {
    return std::any_of(config.hook_points.begin(), config.hook_points.end(),
                       [](const core::HookPoint* point) {
                           return point->has(Variable::KEA_RESPONSE4_TYPE) ||
                                  point->has(Variable::KEA_RESPONSE6_TYPE);
                       });
}

void add_option(Frame& frame, const ExportedOption& exported, const ExportedOption::Names& names,
                const Pkt* packet, bool filled) {
    const OptionPtr option = packet ? find_option(packet->options_, exported.code) : nullptr;
    if (!names.text.empty()) {
        const std::string text = option ? text_of(*option, exported.definition) : "";
        if (!text.empty() || filled) {
            frame.add(names.text, text);
        }
    }
    if (!names.hex.empty() && (option || filled)) {
        frame.add(names.hex, option ? option->toHexString() : "");
    }
}

}  // namespace

OptionPtr find_option(const isc::dhcp::OptionCollection& options, std::uint16_t code) {
    const auto found = options.find(code);
    return found == options.end() ? nullptr : found->second;
}

std::vector<ExportedOption> resolve_options(const core::Config& config) {
    const bool v6 = config.hook_points.front()->family == Family::V6;
    const Family family = v6 ? Family::V6 : Family::V4;
    const std::string query = v6 ? "KEA_QUERY6_OPTION" : "KEA_QUERY4_OPTION";
    const std::string response = v6 ? "KEA_RESPONSE6_OPTION" : "KEA_RESPONSE4_OPTION";
    const bool responses = has_responses(config);
    std::vector<ExportedOption> options;
    for (const std::string& given : config.options) {
        ExportedOption option = resolve(given, family);
        const bool twice =
            std::any_of(options.begin(), options.end(),
                        [&](const ExportedOption& other) { return other.code == option.code; });
        if (twice) {
            throw core::ConfigError("parameter 'options' lists option " +
                                    std::to_string(option.code) +
                                    " twice, by its name and by its number; leave one out");
        }
        const std::string code = std::to_string(option.code);
        option.query = names_of(config, query + code);
        if (responses) {
            option.response = names_of(config, response + code);
        }
        options.push_back(std::move(option));
    }
    return options;
}

void add_options(Frame& frame, const std::vector<ExportedOption>& options, const Pkt* query,
                 const Pkt* response, bool filled) {
    for (const ExportedOption& option : options) {
        add_option(frame, option, option.query, query, filled);
        add_option(frame, option, option.response, response, filled);
    }
}

}  // namespace kea_runscript
