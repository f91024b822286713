#pragma once

#include <hooks/hooks.h>
#include <hooks/parking_lots.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "core/verdict.h"
#include "kea/main_thread.h"

namespace kea_runscript {

/// The packets that wait for a script, and the way back for them.
///
/// Only here are pointers to packets kept: one that outlived unload() would leave Kea without
/// service.
class Parking {
public:
    explicit Parking(MainThread& main_thread);

    /// Kea's `parked-packet-limit`; 0 means none.
    void set_limit(std::size_t limit);

    /// Whether no further packet is to be parked. Beyond its limit Kea commits leases and runs no
    /// callout any more, so we stay well below it.
    bool full() const;
    std::size_t size() const { return size_; }

    /// Whether the packet that this one repeats is parked.
    bool has(const std::string& transaction) const;

    /// Parks the packet of this callout: settle() must follow. Throws where Kea does not park.
    /// `PacketPtr` is Pkt4Ptr or Pkt6Ptr.
    template <typename PacketPtr>
    std::uint64_t park(isc::hooks::CalloutHandle& handle, const PacketPtr& query,
                       const std::string& transaction) {
        const auto lot = handle.getParkingLotHandlePtr();
        lot->reference(query);
        const auto way = [lot, query](Fate fate) {
            switch (fate) {
                case Fate::Resume:
                    lot->unpark(query);
                    break;
                case Fate::Drop:
                    lot->drop(query);
                    break;
                case Fate::Forget:
                    lot->dereference(query);
                    break;
            }
        };
        // The packet has the handle, which is at no library once all callouts have returned.
        const auto in_callouts = [&handle, query] { return handle.getCurrentLibrary() != -1; };
        return add({transaction, way, in_callouts, [query] { return query->getLabel(); }});
    }

    /// What Kea calls the packet in its log, if it is still parked.
    std::optional<std::string> label(std::uint64_t ticket) const;

    /// Takes back park(), in the callout itself.
    void forget(std::uint64_t ticket);

    /// Sends the packet on its way, or drops it. From any thread.
    void settle(std::uint64_t ticket, core::Verdict verdict);

    /// Drops all; for unload(), when resuming is no longer possible.
    void drop_all();

private:
    enum class Fate { Resume, Drop, Forget };
    using Way = std::function<void(Fate)>;

    struct Parked {
        std::string transaction;
        Way way;
        std::function<bool()> in_callouts;
        std::function<std::string()> label;
    };

    std::uint64_t add(Parked packet);

    /// Sends the packet off; with a verdict, not before all callouts have returned.
    void go(std::uint64_t ticket, Fate fate);

    MainThread& main_thread_;
    std::atomic<std::size_t> limit_;
    std::atomic<std::size_t> size_{0};
    mutable std::mutex mutex_;
    std::uint64_t next_ticket_ = 1;
    std::map<std::uint64_t, Parked> parked_;
    std::set<std::string> transactions_;
};

}  // namespace kea_runscript
