#pragma once

#include "core/fd.h"

namespace kea_runscript::runner {

/// A descriptor that becomes readable when a child ends. Throws std::system_error.
core::Fd child_signals();

/// Takes what has come on it; the children themselves are to be asked.
void drain(const core::Fd& signals);

}  // namespace kea_runscript::runner
