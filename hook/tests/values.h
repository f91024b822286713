// Configuration values, written briefly.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/value.h"

namespace kea_runscript::core {

inline Value text(std::string value) {
    return {std::move(value)};
}

inline Value number(std::int64_t value) {
    return {value};
}

inline Value list(Value::List items) {
    return {std::move(items)};
}

inline Value map(Value::Map items) {
    return {std::move(items)};
}

}  // namespace kea_runscript::core
