// Every difference between releases of Kea that concerns us. Nothing else mentions a release.
#pragma once

#include <dhcpsrv/subnet.h>
#include <hooks/hooks.h>

namespace kea_runscript {

// KEA_HOOKS_VERSION is a constant of the headers, RUNSCRIPT_KEA_RELEASE what the build was asked
// for: the package's name, its dependency and its contents must agree.
static_assert(KEA_HOOKS_VERSION == RUNSCRIPT_KEA_RELEASE,
              "the installed headers of Kea are of another release than KEA_RELEASE names");

/// The exact type of the argument "subnet4"; any other is refused at run time.
#if RUNSCRIPT_KEA_RELEASE >= 20705
using Subnet4Argument = isc::dhcp::ConstSubnet4Ptr;
#else
using Subnet4Argument = isc::dhcp::Subnet4Ptr;
#endif

}  // namespace kea_runscript
