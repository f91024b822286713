#pragma once

#include <dhcp/option6_ia.h>
#include <dhcp/pkt4.h>
#include <dhcp/pkt6.h>
#include <dhcpsrv/lease.h>

#include <string>

#include "core/frame.h"
#include "kea/compat.h"

namespace kea_runscript::isc_hook {

// The variables of ISC's run_script library, whose names begin with `name`. All but option 82's are
// there for every packet, lease or subnet, empty where one has no such thing.

void add(core::Frame& frame, const std::string& name, isc::dhcp::Pkt4& packet);
void add(core::Frame& frame, const std::string& name, isc::dhcp::Pkt6& packet);
void add(core::Frame& frame, const std::string& name, const isc::dhcp::Subnet4& subnet);
void add(core::Frame& frame, const std::string& name, const isc::dhcp::Lease4& lease);
void add(core::Frame& frame, const std::string& name, const isc::dhcp::Lease6& lease);
void add(core::Frame& frame, const std::string& name, const isc::dhcp::Option6IA& binding);
void add(core::Frame& frame, const std::string& name, const isc::dhcp::ClientIdPtr& client);
void add(core::Frame& frame, const std::string& name, const isc::dhcp::HWAddrPtr& hwaddr);

}  // namespace kea_runscript::isc_hook
