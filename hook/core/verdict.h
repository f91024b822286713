#pragma once

namespace kea_runscript::core {

/// What the server does next with a packet, in rising order of strictness.
enum class Verdict { Continue, Skip, Drop };

/// The verdict for a packet that waited for several events.
inline Verdict strictest(Verdict a, Verdict b) {
    return a < b ? b : a;
}

}  // namespace kea_runscript::core
