#include "route/words.h"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "route/failure.h"

namespace kea_runscript::route {

namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

}  // namespace

Words split(std::string_view line) {
    constexpr std::string_view blanks = " \t\r";
    Words words;
    for (std::size_t start = line.find_first_not_of(blanks); start != std::string_view::npos;) {
        const std::size_t end = std::min(line.find_first_of(blanks, start), line.size());
        words.emplace_back(line.substr(start, end - start));
        start = line.find_first_not_of(blanks, end);
    }
    return words;
}

Options parse_options(const Words& words, std::size_t first,
                      std::initializer_list<const char*> names) {
    Options options;
    for (std::size_t i = first; i < words.size(); i += 2) {
        if (std::find(names.begin(), names.end(), words[i]) == names.end()) {
            std::string known;
            for (const char* name : names) {
                known += (known.empty() ? "" : ", ") + std::string(name);
            }
            throw Failure(Exit::usage, quoted(words[i]) + " is not known here: use " + known);
        }
        if (i + 1 == words.size()) {
            throw Failure(Exit::usage,
                          "'" + words[i] + "' lacks its value: write it after the word");
        }
        if (!options.emplace(words[i], words[i + 1]).second) {
            throw Failure(Exit::usage, "'" + words[i] + "' is given twice: leave one out");
        }
    }
    return options;
}

std::uint32_t parse_number(const std::string& what, std::string_view text, std::uint32_t low,
                           std::uint32_t high) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < low || number > high) {
        throw Failure(Exit::usage, what + " " + quoted(text) + " is not a number from " +
                                       std::to_string(low) + " to " + std::to_string(high));
    }
    return number;
}

Address parse_hop(const std::string& what, std::string_view text, int family) {
    const std::optional<Address> address = parse_address(text);
    if (!address || address->family != family) {
        throw Failure(Exit::usage, what + " " + quoted(text) +
                                       " is not an address of the prefix's family: write it like " +
                                       (family == AF_INET ? "192.0.2.1" : "fe80::1"));
    }
    return *address;
}

std::string parse_device(const std::string& text) {
    if (text.empty() || text.size() >= IFNAMSIZ || text.front() == '-' || text == "." ||
        text == ".." || !std::all_of(text.begin(), text.end(), is_name_character)) {
        throw Failure(Exit::usage,
                      "dev " + quoted(text) +
                          " is not an interface name: use 1 to 15 letters, digits and . _ - "
                          "(not - in front), as `ip link` shows it");
    }
    return text;
}

int parse_family(const std::string& text) {
    for (const int family : {AF_INET, AF_INET6}) {
        if (text == family_name(family)) {
            return family;
        }
    }
    throw Failure(Exit::usage, "FAMILY " + quoted(text) + " is not known: write ipv4 or ipv6");
}

std::string family_name(int family) {
    return family == AF_INET ? "ipv4" : "ipv6";
}

std::uint32_t parse_leases(std::string_view text) {
    return parse_number("the number of leases", text, 0, std::numeric_limits<std::uint32_t>::max());
}

std::uint32_t parse_table(const std::string& text) {
    if (text == "main") {
        return RT_TABLE_MAIN;
    }
    const std::uint32_t table =
        parse_number("table", text, 1, std::numeric_limits<std::uint32_t>::max());
    if (table == RT_TABLE_LOCAL) {
        throw Failure(Exit::usage,
                      "table 255 holds the kernel's own addresses: use main or another number");
    }
    return table;
}

std::string table_name(std::uint32_t table) {
    return table == RT_TABLE_MAIN ? "main" : std::to_string(table);
}

}  // namespace kea_runscript::route
