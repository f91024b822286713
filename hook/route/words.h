// What the command line and routes.conf have in common. Everything here throws Failure(usage).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kea_runscript::route {

using Words = std::vector<std::string>;
using Options = std::map<std::string, std::string>;

/// Splits at blanks and tabs.
Words split(std::string_view line);

/// "dev eth1 table 100" from the word `first` on, in any order, each name once.
Options parse_options(const Words& words, std::size_t first,
                      std::initializer_list<const char*> names);

/// Decimal digits only. `what` names the value in the message.
std::uint32_t parse_number(const std::string& what, std::string_view text, std::uint32_t low,
                           std::uint32_t high);

/// The name of a network interface, unchanged.
std::string parse_device(const std::string& text);

/// "main" or a number.
std::uint32_t parse_table(const std::string& text);
std::string table_name(std::uint32_t table);

}  // namespace kea_runscript::route
