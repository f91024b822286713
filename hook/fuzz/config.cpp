// What somebody may write as parameters: any JSON.
#include <algorithm>
#include <set>
#include <string>
#include <variant>

#include "core/config.h"
#include "json.h"
#include "require.h"

namespace {

using namespace kea_runscript::core;

void check(const std::vector<Config>& configs) {
    std::set<std::string> names;
    for (const Config& config : configs) {
        require(!config.name.empty() && config.name.size() <= 32);
        require(names.insert(config.name).second);
        require(config.script.empty() != config.socket.empty());
        require(!config.hook_points.empty());
        require(config.max_parallel >= 1 && config.max_parallel <= 999);
        for (const HookPoint* point : config.hook_points) {
            require(point->has_subnet || config.subnets.empty());
            require(point->has_query || config.client_classes.empty());
        }
    }
}

/// A message is one line, whatever it is about.
void check_message(const std::string& message) {
    require(!message.empty() && std::none_of(message.begin(), message.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7F;
    }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const Value value = value_of_json({reinterpret_cast<const char*>(data), size});
    const auto* parameters = std::get_if<Value::Map>(&value.data);
    for (const Family family : {Family::V4, Family::V6}) {
        try {
            check(parse_config(parameters ? *parameters : Value::Map{}, family, 2));
        } catch (const ConfigError& error) {
            check_message(error.what());
        }
    }
    return 0;
}
