#include "core/config_isc.h"

#include <string>

#include "core/config_values.h"

namespace kea_runscript::core {

namespace {

const std::string* text_at(const Value::Map& parameters, const char* parameter) {
    const auto found = parameters.find(parameter);
    return found == parameters.end() ? nullptr : std::get_if<std::string>(&found->second.data);
}

}  // namespace

Value::Map in_our_words(const Value::Map& parameters) {
    const std::string* variables = text_at(parameters, "variables");
    const std::string* name = text_at(parameters, "name");
    const bool iscs = variables && *variables == "isc" && name && name->rfind('/', 0) == 0 &&
                      parameters.count("script") == 0 && parameters.count("socket") == 0;
    if (!iscs) {
        return parameters;
    }
    Value::Map ours = parameters;
    ours["script"] = ours.extract("name").mapped();
    const auto sync = ours.extract("sync");
    if (sync && ours.count("wait") != 0) {
        throw ConfigError("parameters 'sync' and 'wait' mean the same; leave one out");
    }
    if (sync) {
        ours["wait"] = Value{flag_of("sync", sync.mapped())};
    } else {
        // ISC's default.
        ours.try_emplace("wait", Value{false});
    }
    return ours;
}

}  // namespace kea_runscript::core
