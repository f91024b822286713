// What no routes.conf can allow. Everything here throws Failure(refused).
#pragma once

#include <vector>

#include "route/route.h"

namespace kea_runscript::route {

/// No default route, and only unicast addresses that leave the host.
void require_routable(const Route& route);

/// A lease lies inside the host's own networks or beside them, it never takes one over.
void require_not_connected(const Prefix& destination, const std::vector<Prefix>& connected);

}  // namespace kea_runscript::route
