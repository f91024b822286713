// Control commands. Kea runs them in its main thread, but for the listener of its HA hook, which
// has threads of its own: so they touch nothing but what load() has made and the engines.
#include "kea/commands.h"

#include <cc/command_interpreter.h>
#include <cc/data.h>

#include <chrono>
#include <ctime>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "kea/dhcp.h"
#include "kea/hook.h"
#include "kea/parameters.h"
#include "kea/statistics.h"

namespace kea_runscript {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;
using isc::hooks::CalloutHandle;

namespace {

using Chosen = std::vector<Entry*>;

std::string names_of(const Chosen& entries) {
    std::string names;
    for (const Entry* entry : entries) {
        names.append(names.empty() ? "" : ", ").append(entry->config().name);
    }
    return names;
}

Chosen all_entries() {
    Chosen all;
    for (const auto& entry : hook->entries) {
        all.push_back(entry.get());
    }
    return all;
}

[[noreturn]] void refuse_unknown(const std::string& argument, const std::string& allowed) {
    throw std::runtime_error("argument '" + argument + "' is not known; the one is 'name', and " +
                             allowed);
}

/// The entry that the arguments name, or all if they name none. Throws.
Chosen chosen(const core::Value::Map& arguments) {
    Chosen all = all_entries();
    const std::string allowed = "the entries are: " + names_of(all);
    for (const auto& [argument, value] : arguments) {
        if (argument != "name") {
            refuse_unknown(argument, allowed);
        }
        for (Entry* entry : all) {
            const auto* name = std::get_if<std::string>(&value.data);
            if (name && *name == entry->config().name) {
                return {entry};
            }
        }
        throw std::runtime_error("argument 'name' is " + core::describe(value) + "; " + allowed);
    }
    return all;
}

template <typename Number>
ElementPtr number(Number value) {
    return Element::create(static_cast<std::int64_t>(value));
}

/// A point in time as RFC 3339 has it, in UTC.
std::string utc(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[sizeof "2000-01-01T00:00:00Z"];
    return {text, std::strftime(text, sizeof text, "%FT%TZ", &parts)};
}

ElementPtr replay_of(const core::Status& status) {
    const ElementPtr replay = Element::createMap();
    replay->set("phase", Element::create(status.replay));
    replay->set("leases", number(status.replayed));
    return replay;
}

ElementPtr status_of(const Entry& entry) {
    const core::Config& config = entry.config();
    const core::Status status = entry.engine.status();
    const ElementPtr map = Element::createMap();
    map->set("name", Element::create(config.name));
    if (config.mode == core::Mode::Socket) {
        map->set("socket", Element::create(config.socket));
    } else {
        map->set("script", Element::create(config.script));
        map->set("pid", number(status.pid));
    }
    map->set("connected", Element::create(status.connected));
    for (const auto& [counter, value] : counters_of(status)) {
        map->set(counter, number(value));
    }
    map->set("oldest-ms", number(status.oldest.count()));
    map->set("dirty", Element::create(status.dirty));
    if (config.replay) {
        map->set("replay", replay_of(status));
    }
    if (!status.last_failure.empty()) {
        map->set("last-failure", Element::create(status.last_failure));
        map->set("last-failure-at", Element::create(utc(status.last_failure_at)));
    }
    return map;
}

ConstElementPtr tell_status(const Chosen& entries) {
    const ElementPtr list = Element::createList();
    for (const Entry* entry : entries) {
        list->add(status_of(*entry));
    }
    const ElementPtr arguments = Element::createMap();
    arguments->set("version", Element::create(std::string(RUNSCRIPT_VERSION)));
    arguments->set("kea", Element::create(std::string(RUNSCRIPT_KEA_RELEASE_TEXT)));
    arguments->set("entries", list);
    return createAnswer(isc::config::CONTROL_RESULT_SUCCESS, "status of: " + names_of(entries),
                        arguments);
}

ConstElementPtr ask_for_replay(const Chosen& entries) {
    Chosen asked;
    for (Entry* entry : entries) {
        if (entry->config().replay) {
            entry->engine.request_replay();
            asked.push_back(entry);
        }
    }
    if (asked.empty()) {
        throw std::runtime_error("no replay without the parameter 'replay'; set it to true for: " +
                                 names_of(entries));
    }
    return createAnswer(isc::config::CONTROL_RESULT_SUCCESS,
                        "all active leases are told again to: " + names_of(asked));
}

ConstElementPtr restart(const Chosen& entries) {
    for (Entry* entry : entries) {
        entry->engine.restart();
    }
    return createAnswer(isc::config::CONTROL_RESULT_SUCCESS, "restarted: " + names_of(entries));
}

/// What Kea calls for a command: `run` answers, or throws what is to be said instead.
template <ConstElementPtr (*run)(const Chosen&)>
int command(CalloutHandle& handle) {
    ConstElementPtr answer;
    try {
        ConstElementPtr arguments;
        isc::config::parseCommand(arguments, argument<ConstElementPtr>(handle, "command"));
        answer = run(chosen(map_of("arguments", arguments)));
    } catch (const std::exception& error) {
        answer = createAnswer(isc::config::CONTROL_RESULT_ERROR, error.what());
    }
    handle.setArgument("response", answer);
    return 0;
}

}  // namespace

void register_commands(isc::hooks::LibraryHandle& handle) {
    handle.registerCommandCallout("runscript-status", command<tell_status>);
    handle.registerCommandCallout("runscript-replay", command<ask_for_replay>);
    handle.registerCommandCallout("runscript-restart", command<restart>);
}

}  // namespace kea_runscript
