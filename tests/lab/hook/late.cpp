// A hook library that parks packets as high availability does, but takes its time before it asks
// for that.

#include <dhcp/pkt4.h>
#include <hooks/hooks.h>

#include <chrono>
#include <thread>

extern "C" {

int version() {
    return KEA_HOOKS_VERSION;
}

int multi_threading_compatible() {
    return 1;
}

int leases4_committed(isc::hooks::CalloutHandle& handle) {
    isc::dhcp::Pkt4Ptr query;
    handle.getArgument("query4", query);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    const auto lot = handle.getParkingLotHandlePtr();
    lot->reference(query);  // throws where it is not parked any more
    lot->dereference(query);
    return 0;
}
}
