#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kea_runscript::route {

struct Address {
    int family = AF_UNSPEC;                ///< AF_INET or AF_INET6
    std::array<std::uint8_t, 16> bytes{};  ///< network order; IPv4 in the first four, the rest zero

    unsigned size() const { return family == AF_INET ? 4 : 16; }
    unsigned bits() const { return size() * 8; }
    bool operator==(const Address& other) const {
        return family == other.family && bytes == other.bytes;
    }
};

struct Prefix {
    Address network;      ///< host bits are zero
    unsigned length = 0;  ///< bits

    bool contains(const Prefix& other) const;
    bool overlaps(const Prefix& other) const { return contains(other) || other.contains(*this); }
    bool operator==(const Prefix& other) const {
        return network == other.network && length == other.length;
    }
};

/// "192.0.2.1" or "2001:db8::1"; nothing for any other text.
std::optional<Address> parse_address(std::string_view text);

/// "192.0.2.0/24", or an address, which means its host route. Throws Failure(usage).
Prefix parse_prefix(std::string_view text);

/// The prefix of this length around an address.
Prefix prefix_around(Address address, unsigned length);

std::string to_text(const Address& address);
std::string to_text(const Prefix& prefix);

}  // namespace kea_runscript::route
