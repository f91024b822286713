// A hook library that stands for what checks whether an offered address is in use: every address
// that is offered to the client 02:00:00:00:00:0a is.

#include <dhcp/pkt4.h>
#include <hooks/hooks.h>

extern "C" {

int version() {
    return KEA_HOOKS_VERSION;
}

int multi_threading_compatible() {
    return 1;
}

int lease4_offer(isc::hooks::CalloutHandle& handle) {
    isc::dhcp::Pkt4Ptr query;
    handle.getArgument("query4", query);
    if (query->getHWAddr()->toText(false) == "02:00:00:00:00:0a") {
        handle.setArgument("offer_address_in_use", true);
    }
    return 0;
}
}
