#include "core/config.h"

#include <algorithm>

#include "core/config_check.h"
#include "core/config_isc.h"
#include "core/config_parameters.h"
#include "core/config_values.h"
#include "core/escape.h"

namespace kea_runscript::core {

namespace {

/// The base name of a script or socket in the form of a name: `/x/Add_Route.sh` gives
/// `add-route-sh`.
std::string default_name(const std::string& path) {
    std::string name = path.substr(path.rfind('/') + 1, kMaxName);
    for (char& c : name) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        } else if (!is_name(std::string(1, c))) {
            c = '-';
        }
    }
    return name;
}

std::vector<const HookPoint*> default_hook_points(Family family, Dialect variables) {
    std::vector<const HookPoint*> points = hook_points(family);
    const auto unwanted = [variables](const HookPoint* point) {
        return variables == Dialect::Isc ? !point->in_isc_hook : !point->in_older_hook;
    };
    points.erase(std::remove_if(points.begin(), points.end(), unwanted), points.end());
    return points;
}

Config parse_entry(const Value::Map& given, Family family, unsigned cores) {
    const Value::Map parameters = in_our_words(given);
    Config config;
    for (const auto& [parameter, value] : parameters) {
        parse_parameter(config, parameter, value, family);
    }
    config.default_hook_points = config.hook_points.empty();
    if (config.default_hook_points) {
        config.hook_points = default_hook_points(family, config.variables);
    }
    check_together(parameters, config, family);
    if (parameters.count("fields") == 0 && config.variables == Dialect::Kea) {
        config.fields = variables_of(config, family);
    }
    if (parameters.count("max-parallel") == 0) {
        config.max_parallel = config.mode == Mode::Exec ? std::clamp(cores, 4U, kMaxParallel) : 64;
    }
    if (config.name.empty()) {
        config.name = default_name(config.mode == Mode::Socket ? config.socket : config.script);
    }
    return config;
}

std::vector<Config> parse_scripts(const Value& scripts, Family family, unsigned cores) {
    const std::string allowed = "maps, each with the parameters of one entry";
    std::vector<Config> configs;
    for (const Value& item : nonempty_list_of("scripts", scripts, allowed)) {
        const std::string place = "entry " + std::to_string(configs.size() + 1) + " of 'scripts': ";
        const auto* parameters = std::get_if<Value::Map>(&item.data);
        if (!parameters) {
            throw ConfigError(place + "it is " + describe(item) +
                              "; it must be a map with the parameters of one entry");
        }
        try {
            configs.push_back(parse_entry(*parameters, family, cores));
        } catch (const ConfigError& error) {
            throw ConfigError(place + error.what());
        }
        for (std::size_t other = 0; other + 1 < configs.size(); ++other) {
            if (configs[other].name == configs.back().name) {
                throw ConfigError(place + "parameter 'name' is \"" + configs.back().name +
                                  "\", as is that of entry " + std::to_string(other + 1) +
                                  "; give each entry a 'name' of its own");
            }
        }
    }
    return configs;
}

}  // namespace

std::vector<Config> parse_config(const Value::Map& parameters, Family family, unsigned cores) {
    const auto scripts = parameters.find("scripts");
    if (scripts == parameters.end()) {
        return {parse_entry(parameters, family, cores)};
    }
    for (const auto& [parameter, value] : parameters) {
        if (parameter != "scripts") {
            throw ConfigError("parameter '" + escaped(parameter) +
                              "' is beside 'scripts', which stands alone; put it into each of the "
                              "entries of 'scripts'");
        }
    }
    return parse_scripts(scripts->second, family, cores);
}

}  // namespace kea_runscript::core
