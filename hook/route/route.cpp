#include "route/route.h"

#include "route/words.h"

namespace kea_runscript::route {

std::string to_text(const Route& route) {
    std::string text = to_text(route.destination);
    if (!route.device.empty()) {
        text += " dev " + route.device;
    }
    if (route.next_hop) {
        text += " via " + to_text(*route.next_hop);
    }
    if (route.table != RT_TABLE_UNSPEC && route.table != RT_TABLE_MAIN) {
        text += " table " + table_name(route.table);
    }
    return text;
}

}  // namespace kea_runscript::route
