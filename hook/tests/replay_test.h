// An engine whose script is told all leases, which come from a thread that stands for Kea's.
#pragma once

#include <atomic>
#include <optional>
#include <sstream>

#include "engine_test.h"

namespace kea_runscript::test {

class ReplayTest : public EngineTest {
protected:
    using Lines = std::vector<std::string>;

    /// How each script here notes what it is run for: `replay_begin 0`, `lease4_replay KEY`,
    /// `leases4_committed KEY`, `replay_end LEASES`.
    std::string noting(const std::string& point) const {
        return "echo \"" + point + " $KEA_K\" >>" + folder.path("log");
    }
    /// Does nothing but wait for a file.
    std::string waiting_for(const std::string& file) const {
        return "while [ ! -e " + folder.path(file) + " ]; do sleep 0.01; done";
    }
    void open_gate(const std::string& file) { folder.script(file, ""); }

    static Config config(Mode mode) {
        Config config = EngineTest::config(mode);
        config.replay = true;
        config.timeout = 10s;
        config.max_parallel = 8;  // so that one event of a replay is open at once
        return config;
    }
    /// A worker that runs `handle POINT`, with the key in KEA_K, and notes it first.
    Engine& start_worker(const std::string& handle = "true") {
        return start(loop(noting("$1") + "; " + handle), config(Mode::Worker));
    }
    Engine& start_exec(const std::string& handle = "true") {
        return start(noting("$1") + "; " + handle, config(Mode::Exec));
    }
    Engine& start(const std::string& body, Config config) {
        EngineTest::start(body, std::move(config));
        engine->set_replay_source({[this](std::uint64_t generation, bool first, std::size_t size) {
                                       const std::lock_guard<std::mutex> lock(pages_mutex);
                                       given = first ? 0 : given;
                                       most_pending = std::max(most_pending,
                                                               given - engine->status().replayed);
                                       wanted = generation;
                                       page_size = size;
                                   },
                                   [](const HookPoint& point, std::size_t leases) {
                                       auto mark = std::make_unique<Event>();
                                       mark->point = &point;
                                       mark->lines = "KEA_K=" + std::to_string(leases) + "\n";
                                       return mark;
                                   }});
        pages = std::thread([this] { serve_pages(); });
        return *engine;
    }
    void TearDown() override {
        over = true;
        if (pages.joinable()) {
            pages.join();
        }
        engine.reset();
    }

    /// Submits a live event of a lease, which nobody waits for.
    void submit(const std::string& key) {
        engine->submit(event(key, "KEA_K=" + key + "\n"), nullptr);
    }
    Lines log() const {
        Lines lines;
        std::istringstream text(folder.read("log"));
        for (std::string line; std::getline(text, line);) {
            lines.push_back(line);
        }
        return lines;
    }
    /// What the log has from the last `replay_begin` on.
    Lines last_replay() const {
        const Lines lines = log();
        const auto begin = std::find(lines.rbegin(), lines.rend(), "replay_begin 0");
        return {begin == lines.rend() ? lines.end() : begin.base() - 1, lines.end()};
    }
    bool logged(const std::string& line) {
        return eventually([&] {
            const Lines lines = log();
            return std::find(lines.begin(), lines.end(), line) != lines.end();
        });
    }
    bool replayed(std::size_t times) {
        return eventually([&] { return engine->status().replays >= times; });
    }
    /// What a whole replay without live events looks like.
    Lines whole_replay() const {
        Lines lines{"replay_begin 0"};
        for (std::size_t i = 0; i < leases; ++i) {
            lines.push_back("lease4_replay " + std::to_string(i));
        }
        lines.push_back("replay_end " + std::to_string(leases));
        return lines;
    }

    std::size_t leases = 10;  // the active ones, with the keys 0, 1, ...
    std::atomic<bool> hold_pages = false;
    std::size_t most_pending = 0;         // leases that were not told yet when a page was asked for
    std::mutex pages_mutex;               // guards the rest
    std::optional<std::uint64_t> wanted;  // the generation that has asked for a page
    std::size_t page_size = 0;            // and its size
    std::size_t given = 0;                // leases of that generation

private:
    void serve_pages() {
        for (; !over; std::this_thread::sleep_for(1ms)) {
            const std::lock_guard<std::mutex> lock(pages_mutex);
            if (!wanted || hold_pages) {
                continue;
            }
            std::vector<std::unique_ptr<Event>> page;
            for (; given < leases && page.size() < page_size; ++given) {
                const std::string key = std::to_string(given);
                page.push_back(std::move(event(key, "KEA_K=" + key + "\n").front()));
                page.back()->point = find_hook_point("lease4_replay");
            }
            engine->add_page(*std::exchange(wanted, std::nullopt), std::move(page),
                             given == leases);
        }
    }

    std::atomic<bool> over = false;
    std::thread pages;
};

}  // namespace kea_runscript::test
