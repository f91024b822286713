#pragma once

#include <asiolink/io_address.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "core/hook_points.h"
#include "core/replay.h"
#include "kea/main_thread.h"

namespace kea_runscript {

struct Entry;

/// Reads the active leases for replays: in the main thread, since Kea's database may be asked only
/// there, and with long enough breaks that clients do not notice.
class ReplayPages {
public:
    ReplayPages(MainThread& main_thread, core::Family family);

    /// Where this entry's engine has its replays from. Both must outlive the engine.
    core::ReplaySource source_for(Entry& entry);

private:
    struct Want {
        Entry* entry;
        std::uint64_t generation;
        bool first;
        std::size_t size;
    };

    void serve();
    void read(const Want& want);
    template <typename Dhcp>
    void read_page(const Want& want);

    MainThread& main_thread_;
    const core::Family family_;

    // The main thread's own.
    std::deque<Want> wants_;
    bool resting_ = false;
    std::map<const Entry*, isc::asiolink::IOAddress> read_;  // the last address of a page
};

}  // namespace kea_runscript
