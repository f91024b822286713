// An engine with the real runner, and what it has told.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <thread>

#include "core/engine.h"
#include "temporary_folder.h"

namespace kea_runscript::test {

using namespace kea_runscript::core;
using namespace std::chrono_literals;

/// Whether it becomes true before it is too late.
template <typename Condition>
bool eventually(Condition condition, Clock::duration limit = 20s) {
    for (const auto end = Clock::now() + limit; !condition(); std::this_thread::sleep_for(1ms)) {
        if (Clock::now() >= end) {
            return false;
        }
    }
    return true;
}

/// Whether the process ends, or has ended: whoever inherited it may not have collected it yet.
inline bool dies(const std::string& pid) {
    const std::string stat = "/proc/" + pid.substr(0, pid.find('\n')) + "/stat";
    return eventually([&] {
        std::string line;
        std::getline(std::ifstream(stat), line);
        return line.empty() || line.find(") Z ") != std::string::npos;
    });
}

/// A worker in shell: moves the stream out of the way of children and calls `handle POINT` for each
/// event, with its id in $id; `before` is run at the start.
inline std::string loop(const std::string& handle, const std::string& before = "") {
    return "exec 3<&0 4>&1 </dev/null >&2\n" + before + "\nhandle() { " + handle + R"sh(
}
while IFS= read -r line <&3; do case $line in
  EVENT=*) line=${line#*=}; id=${line%% *}; point=${line#* }; RETRY= WAIT= ;;
  DRAIN=*) echo draining ;;
  [A-Z]*=*) export "$line" ;;
  '') [ -n "$id" ] && { handle "$point"; echo "done $id $?" >&4; }; id= ;;
esac; done
)sh";
}

class EngineTest : public testing::Test {
protected:
    static constexpr const char* kPoint = "leases4_committed";

    /// What most tests want; `script` is to be added.
    static Config config(Mode mode = Mode::Exec) {
        Config config;
        config.name = "test";
        config.mode = mode;
        config.on_failure = Verdict::Drop;
        config.max_parallel = 4;
        return config;
    }
    Engine& start(const Config& config, const char* runner = RUNNER) {
        engine = std::make_unique<Engine>(
            config, runner, "0.0.0", Family::V4,
            [this](Notice notice, const std::vector<std::string>& arguments) {
                const std::lock_guard<std::mutex> lock(mutex);
                notices.emplace_back(notice, arguments);
            });
        return *engine;
    }
    Engine& start(const std::string& body, Config config) {
        config.script = folder.script("script", body);
        return start(config);
    }
    static std::vector<std::unique_ptr<Event>> event(const std::string& key,
                                                     const std::string& lines = "") {
        std::vector<std::unique_ptr<Event>> events;
        events.push_back(std::make_unique<Event>());
        events.back()->point = find_hook_point(kPoint);
        events.back()->key = key;
        events.back()->lines = lines;
        return events;
    }
    /// A waiter that does not give up before the test does.
    std::shared_ptr<Waiter> patient_waiter() const {
        auto waiter = engine->make_waiter();
        waiter->deadline = Clock::now() + 1min;
        return waiter;
    }
    /// The verdict for one event, `Skip` if there is no use in waiting.
    Verdict run(const std::string& key, const std::string& lines = "") {
        const auto waiter = patient_waiter();
        return engine->submit(event(key, lines), waiter) ? engine->wait(*waiter) : Verdict::Skip;
    }
    /// Whether submit() comes to say that there is no use in waiting.
    bool nobody_waits() {
        return eventually([&] { return !engine->submit(event("k"), patient_waiter()); });
    }
    /// The arguments of the first such notice, once it has come; empty if it does not come.
    std::vector<std::string> wait_for(Notice notice) {
        std::vector<std::string> found;
        eventually([&] {
            const std::lock_guard<std::mutex> lock(mutex);
            const auto seen = std::find_if(notices.begin(), notices.end(),
                                           [&](const auto& seen) { return seen.first == notice; });
            if (seen != notices.end()) {
                found = seen->second;
            }
            return !found.empty();
        });
        return found;
    }
    std::size_t count(Notice notice) {
        const std::lock_guard<std::mutex> lock(mutex);
        return static_cast<std::size_t>(
            std::count_if(notices.begin(), notices.end(),
                          [&](const auto& seen) { return seen.first == notice; }));
    }
    /// The last arguments of all such notices.
    std::vector<std::string> texts(Notice notice) {
        const std::lock_guard<std::mutex> lock(mutex);
        std::vector<std::string> texts;
        for (const auto& [seen, arguments] : notices) {
            if (seen == notice) {
                texts.push_back(arguments.back());
            }
        }
        return texts;
    }

    TemporaryFolder folder;
    std::mutex mutex;
    std::vector<std::pair<Notice, std::vector<std::string>>> notices;
    std::unique_ptr<Engine> engine;
};

}  // namespace kea_runscript::test
