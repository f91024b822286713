// A hook library that parks packets as high availability does, but takes its time before it asks
// for that.

#include <dhcp/pkt4.h>
#include <dhcp/pkt6.h>
#include <hooks/hooks.h>

#include <chrono>
#include <thread>

namespace {

template <typename PacketPtr>
int park_late(isc::hooks::CalloutHandle& handle, const char* argument) {
    PacketPtr query;
    handle.getArgument(argument, query);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    const auto lot = handle.getParkingLotHandlePtr();
    lot->reference(query);  // throws where it is not parked any more
    lot->dereference(query);
    return 0;
}

}  // namespace

extern "C" {

int version() {
    return KEA_HOOKS_VERSION;
}

int multi_threading_compatible() {
    return 1;
}

int leases4_committed(isc::hooks::CalloutHandle& handle) {
    return park_late<isc::dhcp::Pkt4Ptr>(handle, "query4");
}

int leases6_committed(isc::hooks::CalloutHandle& handle) {
    return park_late<isc::dhcp::Pkt6Ptr>(handle, "query6");
}
}
