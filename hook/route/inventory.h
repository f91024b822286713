#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "route/kernel.h"
#include "route/netlink.h"
#include "route/policy.h"
#include "route/route.h"

namespace kea_runscript::route {

/// The routes of ours that the kernel has when a replay begins, and which of them leases claim
/// since. All that takes long is done in steps, so that others are served in between. Throws
/// Failure(kernel) throughout.
class Inventory {
public:
    /// Lists only tables that rules name. In one listing of all of them IPv4's table `local`, which
    /// is kept in one with `main`, would take the kernel one long look at all of that.
    Inventory(int family, const Policy& policy);

    /// Reads the next piece of the kernel's lists; false at their end.
    bool read();

    /// A lease has a route to there: what is there stays.
    void claim(const Route& route);

    /// This claimed route is in the kernel now.
    void set(const Route& route, unsigned device);

    /// No route of ours to there is left.
    void forget(const Route& route);

    /// Whether the kernel had exactly this route when it was last looked at.
    bool has(const Route& route, unsigned device) const;

    /// Forgets a few, and removes those of them that nobody has claimed and the rules allow; false
    /// none is left.
    bool sweep(Kernel& kernel, const Policy& policy);

    /// Says that sweep() shall not be, as there was no lease, and how to do it all the same.
    std::string kept(const Policy& policy) const;

    /// How many routes sweep() has removed.
    std::size_t removed() const { return removed_; }

private:
    struct Place {
        explicit Place(const Route& route) : destination(route.destination), table(route.table) {}
        bool operator<(const Place& other) const {
            return std::tie(table, destination.network.bytes, destination.length) <
                   std::tie(other.table, other.destination.network.bytes, other.destination.length);
        }

        Prefix destination;
        std::uint32_t table;
    };
    struct Known {
        std::optional<Address> next_hop;
        unsigned device = 0;  // 0: nothing that add() would set
        bool claimed = false;
    };

    void list();
    void note(const nlmsghdr& message);
    static Route to_route(const Place& place);

    int family_;
    std::set<std::uint32_t> tables_;  // that are not read yet
    Netlink netlink_;
    // A tree: with a million of them a table would stand still while it grows, and when it ends.
    std::map<Place, Known> known_;
    std::size_t removed_ = 0;
};

}  // namespace kea_runscript::route
