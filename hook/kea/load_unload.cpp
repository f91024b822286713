#include <hooks/hooks.h>
#include <process/daemon.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "kea/callouts.h"
#include "kea/commands.h"
#include "kea/hook.h"
#include "kea/messages.h"
#include "kea/parameters.h"

namespace {

using namespace kea_runscript;

core::Family family_of_server() {
    const std::string server = isc::process::Daemon::getProcName();
    for (const core::Family family : {core::Family::V4, core::Family::V6}) {
        if (server == core::server_name(family)) {
            return family;
        }
    }
    throw std::runtime_error("this library is for kea-dhcp4 and kea-dhcp6, not for " + server);
}

std::string names_of(const std::vector<const core::HookPoint*>& points) {
    std::string names;
    for (const core::HookPoint* point : points) {
        names += names.empty() ? "" : " ";
        names += point->name;
    }
    return names;
}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] int load(isc::hooks::LibraryHandle& handle) {
    try {
        if (hook) {
            throw std::runtime_error("this library is loaded already; list it only once");
        }
        const core::Family family = family_of_server();
        const std::vector<core::Config> configs =
            core::parse_config(map_of("parameters", handle.getParameters()), family,
                               std::thread::hardware_concurrency());
        auto loaded = std::make_unique<Hook>(configs, family);
        register_callouts(handle, *loaded, configs, family);
        register_commands(handle);
        hook = std::move(loaded);
        for (const core::Config& config : configs) {
            LOG_INFO(logger, RUNSCRIPT_LOADED)
                .arg(config.name)
                .arg(config.mode == core::Mode::Socket ? config.socket : config.script)
                .arg(names_of(config.hook_points))
                .arg(config.wait ? "yes" : "no");
        }
        return 0;
    } catch (const std::exception& error) {
        LOG_ERROR(logger, RUNSCRIPT_LOAD_FAILED).arg(error.what());
    } catch (...) {
        LOG_ERROR(logger, RUNSCRIPT_LOAD_FAILED).arg("unknown reason");
    }
    return 1;
}

[[gnu::visibility("default")]] int unload() {
    if (!hook) {
        return 0;
    }
    try {
        hook.reset();
        LOG_INFO(logger, RUNSCRIPT_UNLOADED);
        return 0;
    } catch (const std::exception& error) {
        LOG_ERROR(logger, RUNSCRIPT_UNLOAD_FAILED).arg(error.what());
        return 1;
    }
}
}
