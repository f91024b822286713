#include "kea/hook.h"

#include <chrono>

#include "kea/messages.h"

namespace kea_runscript {

using namespace std::chrono_literals;

namespace {

/// How long unload() may hold up a reload to deliver what is queued.
constexpr auto kDrain = 1000ms;

}  // namespace

std::unique_ptr<Hook> hook;

// The engine starts from the main loop, which does not run under `kea-dhcp4 -T`.
Hook::Hook(const core::Config& config, core::Family family)
    : main_thread([this] { engine.start(); }),
      parking(main_thread, config.name),
      engine(config, RUNSCRIPT_RUNNER, RUNSCRIPT_KEA_RELEASE_TEXT, family, log_notice) {}

Hook::~Hook() {
    main_thread.close();
    parking.drop_all();
    engine.stop(kDrain);
}

}  // namespace kea_runscript
