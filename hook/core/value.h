#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace kea_runscript::core {

/// A configuration value as JSON has it: lets the core parse parameters without Kea's own types.
struct Value {
    using List = std::vector<Value>;
    using Map = std::map<std::string, Value>;
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, List, Map> data;
};

/// The value as a person reads it in an error message: `a list`, `the text "x"`, `the number 3`.
std::string describe(const Value& value);

}  // namespace kea_runscript::core
