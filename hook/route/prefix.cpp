#include "route/prefix.h"

#include <arpa/inet.h>

#include <algorithm>

#include "route/failure.h"
#include "route/words.h"

namespace kea_runscript::route {

namespace {

/// The bits that an address keeps in its octet `octet`, if it keeps the first `length` of all.
std::uint8_t mask(unsigned length, unsigned octet) {
    const unsigned before = octet * 8;
    const unsigned bits = length <= before ? 0 : std::min(length - before, 8U);
    return static_cast<std::uint8_t>(0xFF00U >> bits);
}

}  // namespace

bool Prefix::contains(const Prefix& other) const {
    if (network.family != other.network.family || length > other.length) {
        return false;
    }
    for (unsigned octet = 0; octet * 8 < length; ++octet) {
        if (((network.bytes[octet] ^ other.network.bytes[octet]) & mask(length, octet)) != 0) {
            return false;
        }
    }
    return true;
}

std::optional<Address> parse_address(std::string_view text) {
    Address address;
    address.family = text.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
    // inet_pton would stop at a zero byte and take what is before it for the whole.
    if (text.find('\0') != std::string_view::npos ||
        inet_pton(address.family, std::string(text).c_str(), address.bytes.data()) != 1) {
        return std::nullopt;
    }
    return address;
}

Prefix parse_prefix(std::string_view text) {
    const std::size_t slash = text.find('/');
    const std::optional<Address> address = parse_address(text.substr(0, slash));
    if (!address) {
        throw Failure(
            Exit::usage,
            "PREFIX " + quoted(text) +
                " is not an address: write it like 192.0.2.0/24, 192.0.2.1 or 2001:db8::/56");
    }
    const unsigned length =
        slash == std::string_view::npos
            ? address->bits()
            : parse_number("the prefix length", text.substr(slash + 1), 0, address->bits());
    const Prefix prefix = prefix_around(*address, length);
    if (!(prefix.network == *address)) {
        throw Failure(Exit::usage, "PREFIX " + quoted(text) +
                                       " has bits set after its length: write " + to_text(prefix));
    }
    return prefix;
}

Prefix prefix_around(Address address, unsigned length) {
    for (unsigned octet = length / 8; octet < address.size(); ++octet) {
        address.bytes[octet] &= mask(length, octet);
    }
    return {address, length};
}

std::string to_text(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(address.family, address.bytes.data(), text.data(), text.size());
    return text.data();
}

std::string to_text(const Prefix& prefix) {
    return to_text(prefix.network) + "/" + std::to_string(prefix.length);
}

}  // namespace kea_runscript::route
