#pragma once

#include <hooks/hooks.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "core/event.h"
#include "kea/dhcp.h"
#include "kea/entry.h"

namespace kea_runscript {

/// What a callout knows: of it, an entry's variables are made. `Dhcp` is Dhcp4 or Dhcp6.
template <typename Dhcp>
struct Facts {
    // Null where the hook point has none.
    typename Dhcp::PacketPtr query;
    typename Dhcp::PacketPtr response;
    typename Dhcp::LeasePtr lease;

    std::optional<typename Dhcp::SubnetPtr> subnet;  ///< a null pointer: there is no subnet
    std::optional<bool> fake_allocation;
    std::optional<bool> remove_lease;
    std::string_view change;              ///< empty: the hook point tells none
    bool reused = false;                  ///< see KEA_LEASE*_REUSED; goes with `change`
    std::optional<std::size_t> replayed;  ///< leases of the replay that ends
};

/// The callout's arguments, as far as the hook point has variables for them. Throws.
template <typename Dhcp>
Facts<Dhcp> read_facts(isc::hooks::CalloutHandle& handle, const core::HookPoint& point);

/// Whether the entry's parameters `subnets` and `client-classes` let it through.
template <typename Dhcp>
bool concerns(const Entry& entry, const Facts<Dhcp>& facts);

/// The event for one entry, with the variables that it asks for.
template <typename Dhcp>
std::unique_ptr<core::Event> make_event(Entry& entry, const core::HookPoint& point,
                                        const Facts<Dhcp>& facts);

}  // namespace kea_runscript
