#include "kea/isc.h"

#include <asiolink/io_address.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/frame.h"
#include "kea/compat.h"
#include "kea/dhcp.h"
#include "kea/isc_variables.h"

namespace kea_runscript {

using isc::asiolink::IOAddress;
using isc::dhcp::ClientIdPtr;
using isc::dhcp::HWAddrPtr;
using isc::dhcp::Lease4CollectionPtr;
using isc::dhcp::Lease4Ptr;
using isc::dhcp::Lease6CollectionPtr;
using isc::dhcp::Lease6Ptr;
using isc::dhcp::Option6IAPtr;
using isc::dhcp::Pkt4Ptr;
using isc::dhcp::Pkt6Ptr;
using isc::hooks::CalloutHandle;

namespace {

/// What a script is told, and what orders its runs.
struct Run {
    core::Frame frame{core::Selection()};
    std::string client;  ///< who has sent the packet
    std::string lease;   ///< the key of the first lease
};

/// A binding or a subnet.
template <typename Pointer>
void add(Run& run, const std::string& name, const Pointer& pointer) {
    isc_hook::add(run.frame, name, *pointer);
}

template <typename PacketPtr>
void add_packet(Run& run, const std::string& name, const PacketPtr& packet) {
    run.client = client_of(*packet);
    isc_hook::add(run.frame, name, *packet);
}

void add(Run& run, const std::string& name, const Pkt4Ptr& packet) {
    add_packet(run, name, packet);
}

void add(Run& run, const std::string& name, const Pkt6Ptr& packet) {
    add_packet(run, name, packet);
}

template <typename LeasePtr>
void add_lease(Run& run, const std::string& name, const LeasePtr& lease) {
    if (!lease) {
        return;  // the old one, where a client registers an address for the first time
    }
    if (run.lease.empty()) {
        run.lease = lease_key(*lease);
    }
    isc_hook::add(run.frame, name, *lease);
}

void add(Run& run, const std::string& name, const Lease4Ptr& lease) {
    add_lease(run, name, lease);
}

void add(Run& run, const std::string& name, const Lease6Ptr& lease) {
    add_lease(run, name, lease);
}

template <typename LeasePtr>
void add(Run& run, const std::string& name,
         const boost::shared_ptr<std::vector<LeasePtr>>& leases) {
    run.frame.add(name + "_SIZE", std::to_string(leases->size()));
    for (std::size_t i = 0; i < leases->size(); ++i) {
        add_lease(run, name + "_AT" + std::to_string(i), (*leases)[i]);
    }
}

void add(Run& run, const std::string& name, const ClientIdPtr& client) {
    isc_hook::add(run.frame, name, client);
}

void add(Run& run, const std::string& name, const HWAddrPtr& hwaddr) {
    isc_hook::add(run.frame, name, hwaddr);
}

void add(Run& run, const std::string& name, const IOAddress& address) {
    run.frame.add(name, address.toText());
}

void add(Run& run, const std::string& name, bool value) {
    run.frame.add(name, value ? "true" : "false");
}

/// An argument of a callout, what the names of its variables begin with, and what adds them.
struct Argument {
    const char* argument;
    const char* name;
    void (*add)(Run&, CalloutHandle&, const Argument&);
};

template <typename T>
T blank() {
    return T();
}

template <>
IOAddress blank() {
    return IOAddress::IPV6_ZERO_ADDRESS();
}

template <typename T>
void add_as(Run& run, CalloutHandle& handle, const Argument& argument) {
    T value = blank<T>();
    handle.getArgument(argument.argument, value);
    add(run, argument.name, value);
}

// Every hook point's; what a hook point has of these is what ISC's library exports there.
const Argument kArguments[] = {
    {"query4", "QUERY4", add_as<Pkt4Ptr>},
    {"query6", "QUERY6", add_as<Pkt6Ptr>},
    {"subnet4", "SUBNET4", add_as<Subnet4Argument>},
    {"clientid", "PKT4_CLIENT_ID", add_as<ClientIdPtr>},
    {"hwaddr", "PKT4_HWADDR", add_as<HWAddrPtr>},
    {"lease4", "LEASE4", add_as<Lease4Ptr>},
    {"lease6", "LEASE6", add_as<Lease6Ptr>},
    {"ia_na", "PKT6_IA", add_as<Option6IAPtr>},
    {"ia_pd", "PKT6_IA", add_as<Option6IAPtr>},
    {"remove_lease", "REMOVE_LEASE", add_as<bool>},
    {"deleted_leases4", "DELETED_LEASES4", add_as<Lease4CollectionPtr>},
    {"deleted_leases6", "DELETED_LEASES6", add_as<Lease6CollectionPtr>},
    {"leases4", "LEASES4", add_as<Lease4CollectionPtr>},
    {"leases6", "LEASES6", add_as<Lease6CollectionPtr>},
    {"address6", "ADDRESS6", add_as<IOAddress>},
    {"old_lease6", "OLD_LEASE6", add_as<Lease6Ptr>},
    {"new_lease6", "NEW_LEASE6", add_as<Lease6Ptr>},
};

}  // namespace

std::unique_ptr<core::Event> make_isc_event(CalloutHandle& handle, const core::HookPoint& point) {
    const CalloutHandle::CalloutNextStep status = handle.getStatus();
    if (status == CalloutHandle::NEXT_STEP_SKIP || status == CalloutHandle::NEXT_STEP_DROP) {
        return nullptr;
    }
    Run run;
    const std::vector<std::string> present = handle.getArgumentNames();
    for (const Argument& argument : kArguments) {
        if (std::find(present.begin(), present.end(), argument.argument) != present.end()) {
            argument.add(run, handle, argument);
        }
    }
    auto event = std::make_unique<core::Event>();
    event->point = &point;
    event->key = run.lease.empty() ? run.client : run.lease;
    event->lines = run.frame.lines();
    return event;
}

}  // namespace kea_runscript
