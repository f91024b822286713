#include "kea/compat.h"

extern "C" {

[[gnu::visibility("default")]] int version() {
    return KEA_HOOKS_VERSION;
}

[[gnu::visibility("default")]] int multi_threading_compatible() {
    return 1;
}
}
