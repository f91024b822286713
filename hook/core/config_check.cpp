#include "core/config_check.h"

#include <string>

#include "core/config_values.h"

namespace kea_runscript::core {

namespace {

bool given(const Value::Map& parameters, const char* parameter) {
    return parameters.count(parameter) != 0;
}

void check_what_runs(const Value::Map& parameters, const Config& config) {
    if (config.script.empty() && config.socket.empty()) {
        throw ConfigError(
            "parameter 'script' is missing; give the absolute path of an executable, or 'socket'");
    }
    if (!config.script.empty() && !config.socket.empty()) {
        throw ConfigError("parameters 'script' and 'socket' exclude each other; leave one out");
    }
    if (config.mode == Mode::Socket) {
        for (const char* parameter : {"mode", "arguments", "environment"}) {
            if (given(parameters, parameter)) {
                throw ConfigError("parameter '" + std::string(parameter) +
                                  "' is for 'script'; with 'socket' nothing is started, so leave "
                                  "it out");
            }
        }
    } else if (given(parameters, "socket-user")) {
        throw ConfigError("parameter 'socket-user' is for 'socket'; with 'script' leave it out");
    }
}

void check_dialect(const Value::Map& parameters, const Config& config) {
    if (config.variables != Dialect::Isc) {
        return;
    }
    if (config.mode != Mode::Exec) {
        throw ConfigError(
            "parameter 'variables' is \"isc\"; that is for a 'script' in 'mode' \"exec\" only");
    }
    for (const char* parameter : {"fields", "options", "replay"}) {
        if (given(parameters, parameter)) {
            throw ConfigError("parameter '" + std::string(parameter) +
                              "' is for 'variables' \"kea\"; with \"isc\" leave it out");
        }
    }
    for (const HookPoint* point : config.hook_points) {
        if (!point->in_isc_hook) {
            throw ConfigError("parameter 'hook-points' lists \"" + std::string(point->name) +
                              "\", where ISC's hook runs nothing; with 'variables' \"isc\" leave "
                              "it out");
        }
    }
}

std::string honoured(const HookPoint& point) {
    return std::string("\"continue\"") + (point.honours_skip ? ", \"skip\"" : "") +
           (point.honours_drop ? ", \"drop\"" : "");
}

void check_exit_codes(const Config& config) {
    if (config.exit_codes.empty()) {
        return;
    }
    if (!config.wait) {
        throw ConfigError(
            "parameter 'exit-codes' is for packets that wait; with 'wait' false leave it out");
    }
    for (const auto& [code, verdict] : config.exit_codes) {
        for (const HookPoint* point : config.hook_points) {
            const bool ignored = (verdict == Verdict::Skip && !point->honours_skip) ||
                                 (verdict == Verdict::Drop && !point->honours_drop);
            if (ignored) {
                throw ConfigError("parameter 'exit-codes' makes " + std::to_string(code) + " \"" +
                                  name_of(verdict) + "\", which Kea does not honour at '" +
                                  std::string(point->name) + "', only " + honoured(*point) +
                                  "; leave that out of 'hook-points', or give it an entry of its "
                                  "own in 'scripts'");
            }
        }
    }
}

/// `lacks` tells the hook points at which a parameter has nothing to go by.
template <typename Lacks>
void check_filter(const Value::Map& parameters, const Config& config, const char* parameter,
                  const char* what, Lacks lacks) {
    if (!given(parameters, parameter)) {
        return;
    }
    for (const HookPoint* point : config.hook_points) {
        if (lacks(*point)) {
            throw ConfigError("parameter '" + std::string(parameter) + "' needs " + what +
                              ", which '" + std::string(point->name) +
                              "' does not have; leave that out of 'hook-points'");
        }
    }
}

void check_fields(const Value::Map& parameters, const Config& config, Family family) {
    if (!given(parameters, "fields")) {
        return;
    }
    const Selection there = variables_of(config, family);
    for (std::size_t i = 0; i < kVariables; ++i) {
        if (config.fields.test(i) && !there.test(i)) {
            throw ConfigError("parameter 'fields' lists \"" +
                              std::string(name_of(static_cast<Variable>(i))) +
                              "\", which none of the 'hook-points' has; leave it out");
        }
    }
}

void check_options(const Config& config) {
    for (const HookPoint* point : config.hook_points) {
        if (point->has_query) {
            return;
        }
    }
    if (!config.options.empty()) {
        throw ConfigError(
            "parameter 'options' needs a packet, which none of the 'hook-points' has; leave it "
            "out");
    }
}

}  // namespace

Selection variables_of(const Config& config, Family family) {
    Selection variables;
    for (const HookPoint* point : config.hook_points) {
        variables |= point->variables;
    }
    for (const HookPoint* point : hook_points(family)) {
        if (config.replay && point->origin == Origin::Replay) {
            variables |= point->variables;
        }
    }
    return variables;
}

void check_together(const Value::Map& parameters, const Config& config, Family family) {
    check_what_runs(parameters, config);
    check_dialect(parameters, config);
    check_exit_codes(config);
    check_filter(parameters, config, "subnets", "a subnet",
                 [](const HookPoint& point) { return !point.has_subnet; });
    check_filter(parameters, config, "client-classes", "a packet",
                 [](const HookPoint& point) { return !point.has_query; });
    if (config.replay && given(parameters, "client-classes")) {
        throw ConfigError(
            "parameter 'client-classes' needs a packet, which a replay does not have; leave it or "
            "'replay' out");
    }
    check_fields(parameters, config, family);
    check_options(config);
}

}  // namespace kea_runscript::core
