#pragma once

#include <dhcp/hwaddr.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "core/frame.h"

namespace kea_runscript {

/// The variables of one packet. A response has those of a query under names of its own, in the same
/// order: here they go by the query's.
class PacketVariables {
public:
    /// `shift`: how far behind a query's variables this packet's are.
    PacketVariables(core::Frame& frame, std::size_t shift) : frame_(frame), shift_(shift) {}

    bool wants(core::Variable variable) const { return frame_.wants(own(variable)); }

    template <typename Make>
    void add(core::Variable variable, Make make) {
        frame_.add(own(variable), make);
    }

    void add_text(core::Variable variable, std::string_view value) {
        frame_.add_text(own(variable), value);
    }

    /// `find` returns the hardware address, which may be null; it is called only if wanted.
    template <typename Find>
    void add_hwaddr(core::Variable hwaddr, core::Variable type, core::Variable source, Find find) {
        if (!wants(hwaddr) && !wants(type) && !wants(source)) {
            return;
        }
        const isc::dhcp::HWAddrPtr found = find();
        add(hwaddr, [&] { return found ? found->toText(false) : std::string(); });
        add(type, [&] { return found ? std::to_string(found->htype_) : std::string(); });
        add(source, [&] { return found ? std::to_string(found->source_) : std::string(); });
    }

private:
    core::Variable own(core::Variable variable) const {
        return static_cast<core::Variable>(static_cast<std::size_t>(variable) + shift_);
    }

    core::Frame& frame_;
    const std::size_t shift_;
};

/// How far one variable is behind another in the contract.
constexpr std::size_t distance(core::Variable from, core::Variable to) {
    return static_cast<std::size_t>(to) - static_cast<std::size_t>(from);
}

}  // namespace kea_runscript
