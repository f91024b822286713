#include "core/escape.h"

#include <cctype>

namespace kea_runscript::core {

namespace {

constexpr char kHex[] = "0123456789ABCDEF";

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const int lower = std::tolower(static_cast<unsigned char>(c));
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

void append_escaped(std::string& out, std::string_view value) {
    for (const char c : value) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '\\') {
            out += "\\\\";
        } else if (octet < 0x20 || octet == 0x7F) {
            out += "\\x";
            out += kHex[octet >> 4];
            out += kHex[octet & 0xF];
        } else {
            out += c;
        }
    }
}

std::string escaped(std::string_view value) {
    std::string out;
    out.reserve(value.size());
    append_escaped(out, value);
    return out;
}

std::string unescaped_for_environment(std::string_view value) {
    if (value.find('\\') == std::string_view::npos) {
        return std::string(value);
    }
    std::string out;
    out.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '\\') {
            out += value[i];
            continue;
        }
        if (i + 1 < value.size() && value[i + 1] == '\\') {
            out += '\\';
            ++i;
            continue;
        }
        if (i + 3 < value.size() && value[i + 1] == 'x') {
            const int high = hex_digit(value[i + 2]);
            const int low = hex_digit(value[i + 3]);
            if (high >= 0 && low >= 0 && (high | low) != 0) {
                out += static_cast<char>(high * 16 + low);
                i += 3;
                continue;
            }
        }
        out += '\\';
    }
    return out;
}

}  // namespace kea_runscript::core
