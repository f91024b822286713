#include "core/value.h"

#include "core/escape.h"

namespace kea_runscript::core {

namespace {

struct Describe {
    std::string operator()(std::nullptr_t) const { return "null"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const {
        return "the number " + std::to_string(value);
    }
    std::string operator()(double value) const { return "the number " + std::to_string(value); }
    std::string operator()(const std::string& value) const {
        return "the text \"" + escaped(value) + "\"";
    }
    std::string operator()(const Value::List&) const { return "a list"; }
    std::string operator()(const Value::Map&) const { return "a map"; }
};

}  // namespace

std::string describe(const Value& value) {
    return std::visit(Describe{}, value.data);
}

}  // namespace kea_runscript::core
