#include "kea/statistics.h"

#include <stats/stats_mgr.h>

#include <cstddef>
#include <string>

namespace kea_runscript {

using isc::stats::StatsMgr;
using namespace std::chrono_literals;

namespace {

constexpr auto kInterval = 1s;

std::string name_of(const Entry& entry, const char* counter) {
    return "runscript." + entry.config().name + "." + counter;
}

}  // namespace

Counters counters_of(const core::Status& status) {
    return {
        {"events", status.events},
        {"answered", status.answered},
        {"failures", status.failures},
        {"timeouts", status.timeouts},
        {"discarded", status.discarded},
        {"undelivered", status.undelivered},
        {"queue", status.queued},
        {"open", status.open},
        {"joined", status.joined},
        {"parked", status.parked},
        {"bypassed", status.bypassed},
        {"restarts", status.restarts},
        {"replays", status.replays},
        {"noise", status.noise},
        {"run-time-us", status.run_time_us},
    };
}

void Statistics::keep_published() {
    published_.resize(entries_.size());
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        Counters counters = counters_of(entries_[i]->engine.status());
        if (counters != published_[i]) {
            for (const auto& [counter, value] : counters) {
                StatsMgr::instance().setValue(name_of(*entries_[i], counter),
                                              static_cast<std::int64_t>(value));
            }
            published_[i] = std::move(counters);
        }
    }
    main_thread_.after(kInterval, [this] { keep_published(); });
}

void Statistics::remove() {
    for (std::size_t i = 0; i < published_.size(); ++i) {
        for (const auto& [counter, value] : published_[i]) {
            StatsMgr::instance().del(name_of(*entries_[i], counter));
        }
    }
}

}  // namespace kea_runscript
