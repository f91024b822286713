#include "kea/hook.h"

#include <algorithm>
#include <chrono>

namespace kea_runscript {

using namespace std::chrono_literals;

namespace {

/// How long unload() may hold up a reload to deliver what is queued, all entries together.
constexpr auto kDrain = 1000ms;

}  // namespace

std::unique_ptr<Hook> hook;

// The engines start from the main loop, which does not run under `kea-dhcp4 -T`.
Hook::Hook(std::vector<core::Config> configs, core::Family family)
    : main_thread([this] {
          for (const auto& entry : entries) {
              entry->engine.start();
          }
          statistics.keep_published();
      }),
      parking(main_thread),
      memory(LeaseMemory::wanted(configs)),
      pages(main_thread, family),
      statistics(main_thread, entries) {
    for (core::Config& config : configs) {
        entries.push_back(std::make_unique<Entry>(std::move(config), family));
        entries.back()->engine.set_replay_source(pages.source_for(*entries.back()));
    }
}

Hook::~Hook() {
    main_thread.close();
    parking.drop_all();
    const auto end = core::Clock::now() + kDrain;
    for (const auto& entry : entries) {
        // While one drains, the others run on.
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - core::Clock::now());
        entry->engine.stop(std::max(left, 0ms));
    }
    statistics.remove();
}

std::vector<Entry*> Hook::listeners(const core::HookPoint& point) const {
    std::vector<Entry*> listeners;
    for (const auto& entry : entries) {
        if (entry->listens(point)) {
            listeners.push_back(entry.get());
        }
    }
    return listeners;
}

}  // namespace kea_runscript
