#include "core/config.h"

#include <algorithm>
#include <functional>

#include "core/escape.h"

namespace kea_runscript::core {

namespace {

constexpr std::int64_t kMaxTimeout = 3'600'000;
constexpr std::int64_t kMaxParallel = 999;
constexpr std::size_t kMaxName = 32;

[[noreturn]] void refuse(const std::string& parameter, const Value& given,
                         const std::string& allowed) {
    throw ConfigError("parameter '" + parameter + "' is " + describe(given) + "; it must be " +
                      allowed);
}

const std::string& text(const char* parameter, const Value& value, const char* allowed) {
    const auto* text = std::get_if<std::string>(&value.data);
    if (!text) {
        refuse(parameter, value, allowed);
    }
    return *text;
}

std::int64_t number(const std::string& parameter, const Value& value, std::int64_t max,
                    const std::string& unit) {
    const auto* number = std::get_if<std::int64_t>(&value.data);
    if (!number || *number < 1 || *number > max) {
        refuse(parameter, value, "a whole number" + unit + " from 1 to " + std::to_string(max));
    }
    return *number;
}

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/// The script's base name in the form of a name: `/x/Add_Route.sh` gives `add-route-sh`.
std::string name_of(const std::string& script) {
    std::string name = script.substr(script.rfind('/') + 1, kMaxName);
    for (char& c : name) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
        if (!is_name_character(c)) {
            c = '-';
        }
    }
    return name;
}

void parse_script(Config& config, const Value& value) {
    const char* allowed =
        "the absolute path of an executable, such as \"/etc/kea-runscript/scripts/x\"";
    config.script = text("script", value, allowed);
    if (config.script.empty() || config.script.front() != '/' || config.script.back() == '/' ||
        config.script.find('\0') != std::string::npos) {
        refuse("script", value, allowed);
    }
}

void parse_name(Config& config, const Value& value) {
    const char* allowed = "1 to 32 of the characters a-z, 0-9 and -";
    config.name = text("name", value, allowed);
    if (config.name.empty() || config.name.size() > kMaxName ||
        !std::all_of(config.name.begin(), config.name.end(), is_name_character)) {
        refuse("name", value, allowed);
    }
}

void parse_wait(Config& config, const Value& value) {
    const auto* wait = std::get_if<bool>(&value.data);
    if (!wait) {
        refuse("wait", value, "true or false, without quotation marks");
    }
    config.wait = *wait;
}

void parse_on_failure(Config& config, const Value& value) {
    const char* allowed = "\"continue\" or \"drop\"";
    const std::string& given = text("on-failure", value, allowed);
    if (given == "continue") {
        config.on_failure = Verdict::Continue;
    } else if (given == "drop") {
        config.on_failure = Verdict::Drop;
    } else {
        refuse("on-failure", value, allowed);
    }
}

void parse_hook_points(Config& config, const Value& value, Family family) {
    std::string names;
    for (const HookPoint* point : hook_points(family)) {
        names += names.empty() ? "" : ", ";
        names += point->name;
    }
    const std::string allowed =
        "a list, without repetition, of hook points of " + server_name(family) + ": " + names;
    const auto* list = std::get_if<Value::List>(&value.data);
    if (!list || list->empty()) {
        refuse("hook-points", value, allowed);
    }
    config.hook_points.clear();
    for (const Value& item : *list) {
        const auto* name = std::get_if<std::string>(&item.data);
        const HookPoint* point = name ? find_hook_point(*name) : nullptr;
        auto& points = config.hook_points;
        if (!point || point->family != family ||
            std::find(points.begin(), points.end(), point) != points.end()) {
            throw ConfigError("parameter 'hook-points' lists " + describe(item) + "; it must be " +
                              allowed);
        }
        points.push_back(point);
    }
}

}  // namespace

Config parse_config(const Value::Map& parameters, Family family, unsigned cores) {
    Config config;
    config.max_parallel = std::max(4U, cores);
    for (const HookPoint* point : hook_points(family)) {
        if (point->in_older_hook) {
            config.hook_points.push_back(point);
        }
    }

    const std::map<std::string, std::function<void(const Value&)>> keywords{
        {"script", [&](const Value& value) { parse_script(config, value); }},
        {"name", [&](const Value& value) { parse_name(config, value); }},
        {"wait", [&](const Value& value) { parse_wait(config, value); }},
        {"on-failure", [&](const Value& value) { parse_on_failure(config, value); }},
        {"hook-points", [&](const Value& value) { parse_hook_points(config, value, family); }},
        {"timeout",
         [&](const Value& value) {
             config.timeout = std::chrono::milliseconds(
                 number("timeout", value, kMaxTimeout, " of milliseconds"));
         }},
        {"max-parallel",
         [&](const Value& value) {
             config.max_parallel =
                 static_cast<unsigned>(number("max-parallel", value, kMaxParallel, ""));
         }},
    };
    for (const auto& [parameter, value] : parameters) {
        const auto keyword = keywords.find(parameter);
        if (keyword == keywords.end()) {
            std::string known;
            for (const auto& entry : keywords) {
                known += (known.empty() ? "" : ", ") + entry.first;
            }
            throw ConfigError("parameter '" + escaped(parameter) +
                              "' is not known; the parameters are: " + known);
        }
        keyword->second(value);
    }
    if (config.script.empty()) {
        throw ConfigError("parameter 'script' is missing; give the absolute path of an executable");
    }
    if (config.name.empty()) {
        config.name = name_of(config.script);
    }
    for (const HookPoint* point : config.hook_points) {
        config.fields |= point->variables;
    }
    return config;
}

}  // namespace kea_runscript::core
