#pragma once

#include <linux/rtnetlink.h>

#include <array>
#include <cstring>
#include <optional>

#include "route/prefix.h"

namespace kea_runscript::route {

/// The attributes of a message whose own header is `Header`; each type once, null where it lacks.
template <typename Header, std::size_t Count>
class Attributes {
public:
    explicit Attributes(const nlmsghdr& message) {
        int left = static_cast<int>(message.nlmsg_len - NLMSG_SPACE(sizeof(Header)));
        const auto* start =
            static_cast<const char*>(NLMSG_DATA(&message)) + NLMSG_ALIGN(sizeof(Header));
        for (auto* item = reinterpret_cast<const rtattr*>(start); RTA_OK(item, left);
             item = RTA_NEXT(item, left)) {
            if (item->rta_type < Count) {
                items_[item->rta_type] = item;
            }
        }
    }

    bool has(std::size_t type) const { return items_[type] != nullptr; }

    std::uint32_t number(std::size_t type, std::uint32_t otherwise) const {
        if (has(type) && RTA_PAYLOAD(items_[type]) == sizeof otherwise) {
            std::memcpy(&otherwise, RTA_DATA(items_[type]), sizeof otherwise);
        }
        return otherwise;
    }

    std::optional<Address> address(std::size_t type, int family) const {
        Address address;
        address.family = family;
        if (!has(type) || RTA_PAYLOAD(items_[type]) != address.size()) {
            return std::nullopt;
        }
        std::memcpy(address.bytes.data(), RTA_DATA(items_[type]), address.size());
        return address;
    }

private:
    std::array<const rtattr*, Count> items_{};
};

}  // namespace kea_runscript::route
