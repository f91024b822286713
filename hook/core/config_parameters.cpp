#include "core/config_parameters.h"

#include <map>

#include "core/config_values.h"
#include "core/escape.h"

namespace kea_runscript::core {

namespace {

constexpr std::int64_t kMaxTimeout = 3'600'000;
constexpr std::int64_t kMaxQueueLimit = 1'000'000;
constexpr std::int64_t kMaxSubnetId = 4'294'967'294;
constexpr std::size_t kMaxSocketPath = 107;  // what a sockaddr_un holds

const std::string kLower = "abcdefghijklmnopqrstuvwxyz";
const std::string kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const std::string kDigits = "0123456789";

std::string listed(const std::vector<std::string_view>& names) {
    std::string text;
    for (const std::string_view name : names) {
        text.append(text.empty() ? "" : ", ").append(name);
    }
    return text;
}

void parse_hook_points(Config& config, const Value& value, Family family) {
    std::vector<std::string_view> names;
    for (const HookPoint* point : hook_points(family)) {
        if (point->origin != Origin::Replay) {
            names.push_back(point->name);
        }
    }
    const std::string allowed = "hook points of " + server_name(family) + ": " + listed(names);
    for (const Value& item : nonempty_list_of("hook-points", value, allowed)) {
        const auto* name = std::get_if<std::string>(&item.data);
        const HookPoint* point = name ? find_hook_point(*name) : nullptr;
        if (point && point->origin == Origin::Replay) {
            throw ConfigError("parameter 'hook-points' lists \"" + *name +
                              "\", which comes with 'replay' true; give that instead");
        }
        if (!point || point->family != family) {
            refuse_item("hook-points", item, allowed);
        }
        add_once("hook-points", config.hook_points, point, item);
    }
}

void parse_fields(Config& config, const Value& value, Family family) {
    Selection known;
    for (const HookPoint* point : hook_points(family)) {
        known |= point->variables;
    }
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < kVariables; ++i) {
        if (known.test(i)) {
            names.push_back(name_of(static_cast<Variable>(i)));
        }
    }
    const std::string allowed = "variables of " + server_name(family) + ": " + listed(names);
    std::vector<Variable> fields;
    for (const Value& item : list_of("fields", value, allowed)) {
        const auto* name = std::get_if<std::string>(&item.data);
        const auto variable = name ? find_variable(*name) : std::nullopt;
        if (!variable || !known.test(static_cast<std::size_t>(*variable))) {
            refuse_item("fields", item, allowed);
        }
        add_once("fields", fields, *variable, item);
        config.fields.set(static_cast<std::size_t>(*variable));
    }
}

void parse_options(Config& config, const Value& value, Family family) {
    const int max = family == Family::V4 ? 254 : 65535;
    const std::string allowed = "DHCP options, each by its number from 1 to " +
                                std::to_string(max) + " or by the name that Kea has for it";
    const std::string characters = kLower + kUpper + kDigits + "_";
    for (const Value& item : list_of("options", value, allowed)) {
        const auto* code = std::get_if<std::int64_t>(&item.data);
        const auto* name = std::get_if<std::string>(&item.data);
        const bool named = name && consists_of(*name, characters, characters + "-") &&
                           name->find_first_not_of(kDigits) != std::string::npos;
        if (!named && !(code && *code >= 1 && *code <= max)) {
            refuse_item("options", item, allowed);
        }
        add_once("options", config.options, named ? *name : std::to_string(*code), item);
    }
}

void parse_exit_codes(Config& config, const Value& value) {
    const std::string allowed =
        "a map from exit codes, \"0\" to \"255\", to \"continue\", \"skip\" or \"drop\"";
    for (const auto& [text, verdict] : map_of("exit-codes", value, allowed)) {
        const bool number = consists_of(text, kDigits, kDigits) && text.size() <= 3;
        const int code = number ? std::stoi(text) : -1;
        if (std::to_string(code) != text || code > 255) {
            throw ConfigError("parameter 'exit-codes' has the exit code \"" + escaped(text) +
                              "\"; it must be " + allowed);
        }
        config.exit_codes[code] = choice_of<Verdict>(
            "exit-codes: " + text, verdict,
            {{"continue", Verdict::Continue}, {"skip", Verdict::Skip}, {"drop", Verdict::Drop}});
    }
}

void parse_environment(Config& config, const Value& value) {
    const std::string allowed =
        "a map from names of A-Z, 0-9 and _, which do not begin with a digit or with KEA_, to "
        "texts";
    for (const auto& [name, item] : map_of("environment", value, allowed)) {
        if (!consists_of(name, kUpper + "_", kUpper + kDigits + "_") ||
            name.rfind("KEA_", 0) == 0) {
            throw ConfigError("parameter 'environment' has the name \"" + escaped(name) +
                              "\"; it must be " + allowed);
        }
        config.environment[name] =
            text_of("environment: " + name, item, "a text without NUL", has_no_nul);
    }
}

void parse_arguments(Config& config, const Value& value) {
    const std::string allowed = "texts without NUL";
    for (const Value& item : list_of("arguments", value, allowed)) {
        const auto* text = std::get_if<std::string>(&item.data);
        if (!text || !has_no_nul(*text)) {
            refuse_item("arguments", item, allowed);
        }
        config.arguments.push_back(*text);
    }
}

void parse_client_classes(Config& config, const Value& value) {
    const std::string allowed = "names of client classes";
    for (const Value& item : nonempty_list_of("client-classes", value, allowed)) {
        const auto* text = std::get_if<std::string>(&item.data);
        if (!text || text->empty()) {
            refuse_item("client-classes", item, allowed);
        }
        add_once("client-classes", config.client_classes, *text, item);
    }
}

void parse_subnets(Config& config, const Value& value) {
    const std::string allowed = "ids of subnets, from 1 to " + std::to_string(kMaxSubnetId);
    for (const Value& item : nonempty_list_of("subnets", value, allowed)) {
        const auto* id = std::get_if<std::int64_t>(&item.data);
        if (!id || *id < 1 || *id > kMaxSubnetId) {
            refuse_item("subnets", item, allowed);
        }
        add_once("subnets", config.subnets, static_cast<std::uint32_t>(*id), item);
    }
}

void parse_name(Config& config, const Value& value) {
    config.name = text_of("name", value, "1 to 32 of the characters a-z, 0-9 and -", is_name);
}

void parse_socket(Config& config, const Value& value) {
    config.socket =
        text_of("socket", value, "the absolute path of a unix socket, of at most 107 characters",
                [](const std::string& text) {
                    return is_file_path(text) && text.size() <= kMaxSocketPath;
                });
    config.mode = Mode::Socket;
}

void parse_script(Config& config, const Value& value) {
    config.script =
        text_of("script", value,
                "the absolute path of an executable, such as \"/etc/kea-runscript/scripts/x\"",
                is_file_path);
}

void parse_socket_user(Config& config, const Value& value) {
    config.socket_user =
        text_of("socket-user", value, "the name of a user", [](const std::string& text) {
            const std::string letters = kLower + kUpper + "_";
            return consists_of(text, letters, letters + kDigits + "-.");
        });
}

void parse_mode(Config& config, const Value& value) {
    config.mode = choice_of<Mode>("mode", value, {{"exec", Mode::Exec}, {"worker", Mode::Worker}});
}

void parse_variables(Config& config, const Value& value) {
    config.variables =
        choice_of<Dialect>("variables", value, {{"kea", Dialect::Kea}, {"isc", Dialect::Isc}});
}

void parse_on_failure(Config& config, const Value& value) {
    config.on_failure = choice_of<Verdict>(
        "on-failure", value, {{"continue", Verdict::Continue}, {"drop", Verdict::Drop}});
}

void parse_replay(Config& config, const Value& value) {
    config.replay = flag_of("replay", value);
}

void parse_wait(Config& config, const Value& value) {
    config.wait = flag_of("wait", value);
}

void parse_timeout(Config& config, const Value& value) {
    config.timeout =
        std::chrono::milliseconds(number_of("timeout", value, kMaxTimeout, " of milliseconds"));
}

void parse_max_parallel(Config& config, const Value& value) {
    config.max_parallel = static_cast<unsigned>(number_of("max-parallel", value, kMaxParallel));
}

void parse_queue_limit(Config& config, const Value& value) {
    config.queue_limit = static_cast<std::size_t>(number_of("queue-limit", value, kMaxQueueLimit));
}

using Parse = void (*)(Config&, const Value&, Family);

/// Makes a parser that does not care for the server's family one of those that may.
template <void (*parse)(Config&, const Value&)>
void any(Config& config, const Value& value, Family) {
    parse(config, value);
}

const std::map<std::string_view, Parse> kParameters{
    {"arguments", any<parse_arguments>},
    {"client-classes", any<parse_client_classes>},
    {"environment", any<parse_environment>},
    {"exit-codes", any<parse_exit_codes>},
    {"fields", parse_fields},
    {"hook-points", parse_hook_points},
    {"max-parallel", any<parse_max_parallel>},
    {"mode", any<parse_mode>},
    {"name", any<parse_name>},
    {"on-failure", any<parse_on_failure>},
    {"options", parse_options},
    {"queue-limit", any<parse_queue_limit>},
    {"replay", any<parse_replay>},
    {"script", any<parse_script>},
    {"socket", any<parse_socket>},
    {"socket-user", any<parse_socket_user>},
    {"subnets", any<parse_subnets>},
    {"timeout", any<parse_timeout>},
    {"variables", any<parse_variables>},
    {"wait", any<parse_wait>},
};

}  // namespace

void parse_parameter(Config& config, const std::string& parameter, const Value& value,
                     Family family) {
    const auto found = kParameters.find(parameter);
    if (found == kParameters.end()) {
        std::string known;
        for (const auto& [name, parse] : kParameters) {
            known.append(name).append(", ");
        }
        throw ConfigError("parameter '" + escaped(parameter) +
                          "' is not known; the parameters are: " + known +
                          "or 'scripts' alone, a list of maps of these");
    }
    found->second(config, value, family);
}

}  // namespace kea_runscript::core
