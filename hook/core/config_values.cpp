#include "core/config_values.h"

namespace kea_runscript::core {

void refuse(const std::string& parameter, const Value& given, const std::string& allowed) {
    throw ConfigError("parameter '" + parameter + "' is " + describe(given) + "; it must be " +
                      allowed);
}

void refuse_item(const std::string& parameter, const Value& item, const std::string& allowed) {
    throw ConfigError("parameter '" + parameter + "' lists " + describe(item) + "; it must list " +
                      allowed);
}

const std::string& text_of(const std::string& parameter, const Value& value,
                           const std::string& allowed,
                           const std::function<bool(const std::string&)>& good) {
    const auto* text = std::get_if<std::string>(&value.data);
    if (!text || !good(*text)) {
        refuse(parameter, value, allowed);
    }
    return *text;
}

std::int64_t number_of(const std::string& parameter, const Value& value, std::int64_t max,
                       const std::string& unit) {
    const auto* number = std::get_if<std::int64_t>(&value.data);
    if (!number || *number < 1 || *number > max) {
        refuse(parameter, value, "a whole number" + unit + " from 1 to " + std::to_string(max));
    }
    return *number;
}

bool flag_of(const std::string& parameter, const Value& value) {
    const auto* flag = std::get_if<bool>(&value.data);
    if (!flag) {
        refuse(parameter, value, "true or false, without quotation marks");
    }
    return *flag;
}

const Value::List& list_of(const char* parameter, const Value& value, const std::string& allowed) {
    const auto* list = std::get_if<Value::List>(&value.data);
    if (!list) {
        refuse(parameter, value, "a list of " + allowed);
    }
    return *list;
}

const Value::List& nonempty_list_of(const char* parameter, const Value& value,
                                    const std::string& allowed) {
    const Value::List& list = list_of(parameter, value, allowed);
    if (list.empty()) {
        throw ConfigError("parameter '" + std::string(parameter) +
                          "' is an empty list; it must list " + allowed);
    }
    return list;
}

const Value::Map& map_of(const char* parameter, const Value& value, const std::string& allowed) {
    const auto* map = std::get_if<Value::Map>(&value.data);
    if (!map) {
        refuse(parameter, value, allowed);
    }
    return *map;
}

bool consists_of(const std::string& text, const std::string& first, const std::string& rest) {
    return !text.empty() && first.find(text.front()) != std::string::npos &&
           text.find_first_not_of(rest, 1) == std::string::npos;
}

bool is_file_path(const std::string& text) {
    return has_no_nul(text) && text.size() > 1 && text.front() == '/' && text.back() != '/';
}

bool is_name(const std::string& text) {
    const std::string characters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return text.size() <= kMaxName && consists_of(text, characters, characters);
}

bool has_no_nul(const std::string& text) {
    return text.find('\0') == std::string::npos;
}

std::string name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::Continue:
            return "continue";
        case Verdict::Skip:
            return "skip";
        case Verdict::Drop:
            break;
    }
    return "drop";
}

}  // namespace kea_runscript::core
