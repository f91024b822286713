#include "route/failure.h"

namespace kea_runscript::route {

std::string quoted(std::string_view text) {
    constexpr std::size_t longest = 60;
    std::string result = "'";
    for (const char c : text.substr(0, longest)) {
        result += c >= ' ' && c <= '~' ? c : '?';
    }
    return result + (text.size() > longest ? "...'" : "'");
}

}  // namespace kea_runscript::route
