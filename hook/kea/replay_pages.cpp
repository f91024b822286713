#include "kea/replay_pages.h"

#include <dhcpsrv/lease_mgr_factory.h>

#include <exception>
#include <memory>
#include <utility>

#include "kea/compat.h"
#include "kea/dhcp.h"
#include "kea/entry.h"
#include "kea/facts.h"

namespace kea_runscript {

using core::Family;
using isc::asiolink::IOAddress;
using isc::dhcp::LeaseMgrFactory;
using isc::dhcp::LeasePageSize;

namespace {

/// The main thread has this many times as long for everything else.
constexpr int kRest = 4;

auto leases_after(Dhcp4, const IOAddress& address, std::size_t count) {
    return LeaseMgrFactory::instance().getLeases4(address, LeasePageSize(count));
}

auto leases_after(Dhcp6, const IOAddress& address, std::size_t count) {
    return LeaseMgrFactory::instance().getLeases6(address, LeasePageSize(count));
}

template <typename Dhcp>
std::unique_ptr<core::Event> make_mark(Entry& entry, const core::HookPoint& point,
                                       std::size_t leases) {
    Facts<Dhcp> facts;
    if (point.has(core::Variable::KEA_REPLAY_LEASES)) {
        facts.replayed = leases;
    }
    return make_event(entry, point, facts);
}

}  // namespace

ReplayPages::ReplayPages(MainThread& main_thread, Family family)
    : main_thread_(main_thread), family_(family) {}

core::ReplaySource ReplayPages::source_for(Entry& entry) {
    return {[this, &entry](std::uint64_t generation, bool first, std::size_t size) {
                main_thread_.post([this, want = Want{&entry, generation, first, size}] {
                    wants_.push_back(want);
                    serve();
                });
            },
            [&entry, make = family_ == Family::V4 ? make_mark<Dhcp4> : make_mark<Dhcp6>](
                const core::HookPoint& point, std::size_t leases) {
                return make(entry, point, leases);
            }};
}

/// Reads what is wanted next, unless the main thread is to have its time for itself.
void ReplayPages::serve() {
    if (resting_ || wants_.empty()) {
        return;
    }
    const Want want = wants_.front();
    wants_.pop_front();
    const auto begun = core::Clock::now();
    read(want);
    resting_ = true;
    main_thread_.after(kRest * (core::Clock::now() - begun), [this] {
        resting_ = false;
        serve();
    });
}

void ReplayPages::read(const Want& want) {
    try {
        if (family_ == Family::V4) {
            read_page<Dhcp4>(want);
        } else {
            read_page<Dhcp6>(want);
        }
    } catch (const std::exception& error) {
        want.entry->engine.fail_replay(want.generation,
                                       std::string("cannot read Kea's leases: ") + error.what());
    }
}

template <typename Dhcp>
void ReplayPages::read_page(const Want& want) {
    static const core::HookPoint& point = *core::find_hook_point(Dhcp::kReplay);
    const IOAddress first =
        family_ == Family::V4 ? IOAddress::IPV4_ZERO_ADDRESS() : IOAddress::IPV6_ZERO_ADDRESS();
    IOAddress& read = read_.try_emplace(want.entry, first).first->second;
    if (want.first) {
        read = first;
    }
    const auto leases = leases_after(Dhcp(), read, want.size);
    std::vector<std::unique_ptr<core::Event>> events;
    Facts<Dhcp> facts;
    for (const auto& lease : leases) {
        read = lease->addr_;
        facts.lease = lease;
        if (is_active(*lease) && concerns(*want.entry, facts)) {
            events.push_back(make_event(*want.entry, point, facts));
        }
    }
    want.entry->engine.add_page(want.generation, std::move(events), leases.size() < want.size);
}

}  // namespace kea_runscript
