#include "kea/parameters.h"

#include "core/config.h"

namespace kea_runscript {

using isc::data::ConstElementPtr;
using isc::data::Element;

core::Value value_of(const ConstElementPtr& element) {
    if (!element) {
        return {nullptr};
    }
    switch (element->getType()) {
        case Element::boolean:
            return {element->boolValue()};
        case Element::integer:
            return {element->intValue()};
        case Element::real:
            return {element->doubleValue()};
        case Element::string:
            return {element->stringValue()};
        case Element::list: {
            core::Value::List list;
            for (const auto& item : element->listValue()) {
                list.push_back(value_of(item));
            }
            return {std::move(list)};
        }
        case Element::map: {
            core::Value::Map map;
            for (const auto& [name, item] : element->mapValue()) {
                map.emplace(name, value_of(item));
            }
            return {std::move(map)};
        }
        default:
            return {nullptr};
    }
}

core::Value::Map map_of(const std::string& name, const ConstElementPtr& element) {
    if (!element) {
        return {};
    }
    core::Value value = value_of(element);
    auto* map = std::get_if<core::Value::Map>(&value.data);
    if (!map) {
        throw core::ConfigError("'" + name + "' is " + core::describe(value) +
                                "; it must be a map");
    }
    return std::move(*map);
}

}  // namespace kea_runscript
