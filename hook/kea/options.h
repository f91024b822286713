#pragma once

#include <dhcp/option.h>
#include <dhcp/option_definition.h>
#include <dhcp/pkt.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/frame.h"

namespace kea_runscript {

/// The option with this code in a packet, a relay's part of it or another option; null if there is
/// none. Kea's own getOption() makes a copy each time.
isc::dhcp::OptionPtr find_option(const isc::dhcp::OptionCollection& options, std::uint16_t code);

/// A DHCP option that the parameter `options` asks for.
struct ExportedOption {
    /// Variables for one kind of packet; no name where there is none to be added.
    struct Names {
        std::string text;
        std::string hex;
    };

    std::uint16_t code;
    isc::dhcp::OptionDefinitionPtr definition;  ///< null where Kea has none
    Names query;
    Names response;
};

/// The options that an entry asks for, names looked up in Kea's definitions: its own and those of
/// the configuration that has just been read. Throws core::ConfigError if one is unknown.
std::vector<ExportedOption> resolve_options(const core::Config& config);

/// Adds the options that are in a packet, either of which may be null. With `filled` the variables
/// of those that are not there are added as well, empty.
void add_options(core::Frame& frame, const std::vector<ExportedOption>& options,
                 const isc::dhcp::Pkt* query, const isc::dhcp::Pkt* response, bool filled);

/// An option's value as text: of strings, numbers, booleans, addresses and domain names, alone or
/// as a list with spaces between. Empty for any other.
std::string text_of(const isc::dhcp::Option& option,
                    const isc::dhcp::OptionDefinitionPtr& definition);

}  // namespace kea_runscript
