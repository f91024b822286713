// A hook library that listens at leases4_committed and does nothing: what any library costs there.
#include <hooks/hooks.h>

namespace {

int on_committed(isc::hooks::CalloutHandle&) {
    return 0;
}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] int version() {
    return KEA_HOOKS_VERSION;
}

[[gnu::visibility("default")]] int multi_threading_compatible() {
    return 1;
}

[[gnu::visibility("default")]] int load(isc::hooks::LibraryHandle& handle) {
    handle.registerCallout("leases4_committed", on_committed);
    return 0;
}
}
