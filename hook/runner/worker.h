#pragma once

#include "runner/options.h"

namespace kea_runscript::runner {

/// Starts the script once, with our own descriptors 0 to 2, and stays beside it until it has ended;
/// then ends whatever is left of its process group. When the lifeline, descriptor 3, closes, it has
/// 2 s, then gets SIGTERM, a second later SIGKILL, its group as well. Returns the exit status to
/// pass on: the script's, or 128 and the signal's number, or 127 if it cannot be started.
int run_worker(const Options& options);

}  // namespace kea_runscript::runner
