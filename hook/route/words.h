// What the command line and routes.conf have in common. Everything here throws Failure(usage).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "route/prefix.h"

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

/// An address of this family. `what` names it in the message.
Address parse_hop(const std::string& what, std::string_view text, int family);

/// The name of a network interface, unchanged.
std::string parse_device(const std::string& text);

/// "ipv4" or "ipv6", as AF_INET or AF_INET6.
int parse_family(const std::string& text);
std::string family_name(int family);

/// How many leases a replay had.
std::uint32_t parse_leases(std::string_view text);

/// "main" or a number.
std::uint32_t parse_table(const std::string& text);
std::string table_name(std::uint32_t table);

}  // namespace kea_runscript::route
