#include "kea/reused_leases.h"

#include <dhcp/dhcp6.h>
#include <dhcp/option6_iaaddr.h>
#include <dhcpsrv/lease_mgr_factory.h>

#include <algorithm>

#include "kea/compat.h"

namespace kea_runscript {

using isc::dhcp::Lease;
using isc::dhcp::Lease4Ptr;
using isc::dhcp::Lease6Ptr;
using isc::hooks::CalloutHandle;

namespace {

/// The addresses or prefixes of one type that a reply gives a lifetime.
std::vector<isc::asiolink::IOAddress> acknowledged(const isc::dhcp::Pkt6& reply, Lease::Type type) {
    const bool prefix = type == Lease::TYPE_PD;
    std::vector<isc::asiolink::IOAddress> addresses;
    for (const auto& [code, association] : reply.options_) {
        if (code != (prefix ? D6O_IA_PD : D6O_IA_NA)) {
            continue;
        }
        for (const auto& [inner, option] : association->getOptions()) {
            // A prefix is one of these as well.
            const auto lease = boost::dynamic_pointer_cast<isc::dhcp::Option6IAAddr>(option);
            if (lease && lease->getValid() != 0) {
                addresses.push_back(lease->getAddress());
            }
        }
    }
    return addresses;
}

}  // namespace

std::vector<Lease4Ptr> reused_leases(CalloutHandle&, const isc::dhcp::Lease4Collection&,
                                     const std::vector<Lease4Ptr>& renewed) {
    std::vector<Lease4Ptr> reused;
    std::copy_if(renewed.begin(), renewed.end(), std::back_inserter(reused),
                 [](const Lease4Ptr& lease) { return lease->reuseable_valid_lft_ != 0; });
    return reused;
}

std::vector<Lease6Ptr> reused_leases(CalloutHandle& handle,
                                     const isc::dhcp::Lease6Collection& written,
                                     const std::vector<Lease6Ptr>&) {
    std::vector<Lease6Ptr> reused;
    isc::dhcp::Pkt6Ptr reply;
    if (kTellsReply) {
        handle.getArgument("response6", reply);
    }
    if (!reply) {
        return reused;
    }
    const auto is_written = [&](Lease::Type type, const isc::asiolink::IOAddress& address) {
        return std::any_of(written.begin(), written.end(), [&](const Lease6Ptr& lease) {
            return lease->type_ == type && lease->addr_ == address;
        });
    };
    for (const Lease::Type type : {Lease::TYPE_NA, Lease::TYPE_PD}) {
        for (const auto& address : acknowledged(*reply, type)) {
            if (is_written(type, address)) {
                continue;
            }
            if (const auto lease =
                    isc::dhcp::LeaseMgrFactory::instance().getLease6(type, address)) {
                reused.push_back(lease);
            }
        }
    }
    return reused;
}

}  // namespace kea_runscript
