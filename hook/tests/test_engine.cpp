// The engine with the real runner and real scripts.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "core/engine.h"
#include "temporary_folder.h"

namespace {

using namespace kea_runscript::core;
using namespace std::chrono_literals;

const HookPoint& kPoint = *find_hook_point("leases4_committed");

/// Whether the process ends, or has ended: whoever inherited it may not have collected it yet.
bool dies(const std::string& pid) {
    const std::string stat = "/proc/" + pid.substr(0, pid.find('\n')) + "/stat";
    for (const auto end = Clock::now() + 5s; Clock::now() < end;) {
        std::string line;
        std::getline(std::ifstream(stat), line);
        if (line.empty() || line.find(") Z ") != std::string::npos) {
            return true;
        }
        std::this_thread::sleep_for(1ms);
    }
    return false;
}

class EngineTest : public testing::Test {
protected:
    Engine& start(const std::string& body, std::chrono::milliseconds timeout = 3000ms,
                  Verdict on_failure = Verdict::Drop, unsigned max_parallel = 4,
                  const char* runner = RUNNER) {
        Config config;
        config.name = "test";
        config.script = folder.script("script", body);
        config.timeout = timeout;
        config.on_failure = on_failure;
        config.max_parallel = max_parallel;
        engine = std::make_unique<Engine>(
            config, runner, "0.0.0", Family::V4,
            [this](Notice notice, const std::vector<std::string>& arguments) {
                const std::lock_guard<std::mutex> lock(mutex);
                notices.emplace_back(notice, arguments);
            });
        return *engine;
    }
    static std::vector<std::unique_ptr<Event>> event(const std::string& key,
                                                     const std::string& lines = "") {
        std::vector<std::unique_ptr<Event>> events;
        events.push_back(std::make_unique<Event>());
        events.back()->point = &kPoint;
        events.back()->key = key;
        events.back()->lines = lines;
        return events;
    }
    Verdict run(const std::string& key, const std::string& lines = "") {
        const auto waiter = engine->make_waiter();
        return engine->submit(event(key, lines), waiter) ? engine->wait(*waiter) : Verdict::Skip;
    }
    /// The arguments of the first such notice, once it has come; empty if it does not come.
    std::vector<std::string> wait_for(Notice notice) {
        for (const auto end = Clock::now() + 10s; Clock::now() < end;) {
            {
                const std::lock_guard<std::mutex> lock(mutex);
                for (const auto& [seen, arguments] : notices) {
                    if (seen == notice) {
                        return arguments;
                    }
                }
            }
            std::this_thread::sleep_for(1ms);
        }
        return {};
    }
    std::size_t count(Notice notice) {
        const std::lock_guard<std::mutex> lock(mutex);
        return static_cast<std::size_t>(
            std::count_if(notices.begin(), notices.end(),
                          [&](const auto& seen) { return seen.first == notice; }));
    }

    TemporaryFolder folder;
    std::mutex mutex;
    std::vector<std::pair<Notice, std::vector<std::string>>> notices;
    std::unique_ptr<Engine> engine;
};

TEST_F(EngineTest, TheScriptGetsPointAndVariables) {
    start("echo \"$# $1 <$KEA_A> $PATH $(umask) $(pwd)\" >&2; cat");
    EXPECT_EQ(run("k", "KEA_A=x\\x0Ay \\\\ $(reboot)\n"), Verdict::Continue);
    const auto first = wait_for(Notice::Output);
    EXPECT_EQ(first,
              (std::vector<std::string>{"test", "leases4_committed k", "1 leases4_committed <x"}));
    EXPECT_EQ(count(Notice::Output), 2U);
}

TEST_F(EngineTest, AnExitCodeIsAFailure) {
    start("exit 3");
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed),
              (std::vector<std::string>{"test", "leases4_committed k", "exit code 3"}));
}

TEST_F(EngineTest, AFailureCanBeOverlooked) {
    start("exit 3", 3000ms, Verdict::Continue);
    EXPECT_EQ(run("k"), Verdict::Continue);
}

TEST_F(EngineTest, ASignalIsAFailure) {
    start("kill -SEGV $$");
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2), "signal:11");
}

TEST_F(EngineTest, AHungScriptIsEndedWithItsGroup) {
    start("(trap '' TERM; sleep 60) & echo $! >" + folder.path("pid") + "; sleep 60", 200ms);
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2), "timeout after 200 ms");
    EXPECT_TRUE(dies(folder.read("pid"))) << "a child of the script is left";
    EXPECT_EQ(run("other key"), Verdict::Drop) << "the next one is run as well";
}

TEST_F(EngineTest, AMissingScriptIsAFailureEachTime) {
    start("exit 0");
    std::filesystem::remove(folder.path("script"));
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2).substr(0, 7), "spawn:2");
    folder.script("script", "exit 0");
    EXPECT_EQ(run("k"), Verdict::Continue);
}

TEST_F(EngineTest, AMissingRunnerMakesNobodyWait) {
    start("exit 0", 3000ms, Verdict::Drop, 4, "/nonexistent/runner");
    engine->start();
    EXPECT_EQ(wait_for(Notice::RunnerStartFailed).at(1), "/nonexistent/runner");
    EXPECT_EQ(run("k"), Verdict::Skip) << "submit() says that waiting is of no use";
}

TEST_F(EngineTest, RunsAtMostSoManyAtOnceAndOneKeyInOrder) {
    // Each run notes how many run with it, and leaves its number behind in its key's file.
    start("mkdir " + folder.path("") + "run.$$; ls -d " + folder.path("") + "run.* | wc -l >>" +
              folder.path("parallel") + "; echo $KEA_N >>" + folder.path("key.") +
              "$KEA_KEY; sleep 0.02; rmdir " + folder.path("") + "run.$$",
          3000ms, Verdict::Drop, 3);
    const auto waiter = engine->make_waiter();
    for (int i = 0; i < 40; ++i) {
        const std::string key = std::to_string(i % 5);
        engine->submit(event(key, "KEA_KEY=" + key + "\nKEA_N=" + std::to_string(i) + "\n"),
                       nullptr);
    }
    engine->stop(20s);
    std::istringstream parallel(folder.read("parallel"));
    int most = 0;
    for (int n = 0; parallel >> n;) {
        most = std::max(most, n);
    }
    EXPECT_GT(most, 1);
    EXPECT_LE(most, 3);
    for (int key = 0; key < 5; ++key) {
        std::string expected;
        for (int i = key; i < 40; i += 5) {
            expected += std::to_string(i) + "\n";
        }
        EXPECT_EQ(folder.read("key." + std::to_string(key)), expected);
    }
}

TEST_F(EngineTest, AKilledRunnerIsReplacedAndItsEventsRunAgain) {
    start("[ -e " + folder.path("second") + " ] || { touch " + folder.path("second") +
          "; kill -9 $PPID; sleep 60; }");
    EXPECT_EQ(run("k"), Verdict::Continue);
    EXPECT_EQ(wait_for(Notice::PeerEnded).at(3), "1");
    EXPECT_EQ(count(Notice::RunnerStarted), 2U);
}

TEST_F(EngineTest, AnEventThatKillsTheRunnerTwiceFails) {
    start("kill -9 $PPID");
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2), "the runner was lost twice");
}

TEST_F(EngineTest, AParkedPacketIsSettledAtItsDeadline) {
    start("exec sleep 0.6", 100ms);
    const auto waiter = engine->make_waiter();
    std::atomic<int> verdict{-1};
    waiter->on_settled = [&](Verdict v) { verdict = static_cast<int>(v); };
    const auto before = Clock::now();
    ASSERT_TRUE(engine->submit(event("k"), waiter));
    while (verdict == -1 && Clock::now() < before + 5s) {
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(verdict, static_cast<int>(Verdict::Drop));
}

TEST_F(EngineTest, ManyEventsBeyondTheLimitAreDiscardedAndCounted) {
    start("sleep 60", 60s, Verdict::Drop, 1);
    for (int i = 0; i < 10'010; ++i) {
        engine->submit(event(std::to_string(i)), nullptr);
    }
    wait_for(Notice::EventDiscarded);
    engine->stop(0ms);
    const std::size_t discarded = count(Notice::EventDiscarded);
    EXPECT_GE(discarded, 9U);  // one runs, unless it was discarded before it could
    EXPECT_EQ(wait_for(Notice::Undelivered).at(1), std::to_string(10'010 - discarded));
}

TEST_F(EngineTest, StoppingDeliversWhatIsQueuedAndLeavesNoChild) {
    start("echo $KEA_N >>" + folder.path("seen"), 3000ms, Verdict::Drop, 1);
    for (int i = 0; i < 20; ++i) {
        engine->submit(event("k", "KEA_N=" + std::to_string(i) + "\n"), nullptr);
    }
    engine->stop(10s);
    const std::string seen = folder.read("seen");
    EXPECT_EQ(std::count(seen.begin(), seen.end(), '\n'), 20);
    EXPECT_EQ(count(Notice::Undelivered), 0U);
    const pid_t runner = std::stoi(wait_for(Notice::RunnerStarted).at(1));
    EXPECT_EQ(kill(runner, 0), -1) << "the runner is left, or a zombie";
}

TEST_F(EngineTest, AfterStoppingNothingRunsAndNobodyWaits) {
    start("echo runs");
    engine->stop(0ms);
    EXPECT_EQ(run("k"), Verdict::Skip);
    EXPECT_FALSE(engine->submit(event("k"), nullptr));
    EXPECT_EQ(count(Notice::RunnerStarted), 0U);
}

TEST_F(EngineTest, ScriptsStartWithoutIgnoredOrBlockedSignals) {
    const auto before = signal(SIGPIPE, SIG_IGN);
    // posix_spawn of older glibc leaves signals 32 and 33 ignored, which are its own.
    start(
        R"sh(exec grep -Pqz 'SigBlk:\t0+\nSigIgn:\t0000000[01][08]0000000\n' /proc/self/status)sh");
    EXPECT_EQ(run("k"), Verdict::Continue);
    signal(SIGPIPE, before);
}

TEST_F(EngineTest, NothingStartsUnlessAsked) {
    start("exit 0");
    engine->stop(0ms);
    EXPECT_EQ(count(Notice::RunnerStarted), 0U);
}

}  // namespace
