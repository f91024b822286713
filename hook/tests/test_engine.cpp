// The engine with the real runner and real scripts, a process for each event.
#include <signal.h>

#include <atomic>
#include <sstream>

#include "engine_test.h"

namespace {

using namespace kea_runscript::test;

class Exec : public EngineTest {
protected:
    using EngineTest::start;
    Engine& start(const std::string& body, std::chrono::milliseconds timeout = 3000ms,
                  Verdict on_failure = Verdict::Drop, unsigned max_parallel = 4) {
        Config config = EngineTest::config();
        config.timeout = timeout;
        config.on_failure = on_failure;
        config.max_parallel = max_parallel;
        return start(body, config);
    }
};

TEST_F(Exec, TheScriptGetsPointAndVariables) {
    start("echo \"$# $1 <$KEA_A> $PATH $(umask) $(pwd)\" >&2; cat");
    EXPECT_EQ(run("k", "KEA_A=x\\x0Ay \\\\ $(reboot)\n"), Verdict::Continue);
    const auto first = wait_for(Notice::Output);
    EXPECT_EQ(first,
              (std::vector<std::string>{"test", "leases4_committed k", "1 leases4_committed <x"}));
    EXPECT_TRUE(eventually([&] { return count(Notice::Output) == 2; }));
}

TEST_F(Exec, AnExitCodeIsAFailure) {
    start("exit 3");
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed),
              (std::vector<std::string>{"test", "leases4_committed k", "exit code 3"}));
}

TEST_F(Exec, ExitCodesCanHaveVerdictsOfTheirOwn) {
    Config config = EngineTest::config();
    config.exit_codes = {{0, Verdict::Skip}, {3, Verdict::Continue}, {4, Verdict::Drop}};
    config.on_failure = Verdict::Continue;
    start("exit $KEA_CODE", config);
    EXPECT_EQ(run("k", "KEA_CODE=0\n"), Verdict::Skip);
    EXPECT_EQ(run("k", "KEA_CODE=3\n"), Verdict::Continue);
    EXPECT_EQ(run("k", "KEA_CODE=4\n"), Verdict::Drop);
    EXPECT_EQ(count(Notice::EventFailed), 0U);
    EXPECT_EQ(run("k", "KEA_CODE=5\n"), Verdict::Continue);
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2), "exit code 5");
}

TEST_F(Exec, TheScriptGetsArgumentsAndFurtherVariables) {
    Config config = EngineTest::config();
    config.arguments = {"a b", ""};
    config.environment = {{"PATH", "/bin"}, {"EXTRA", "x=y"}};
    start("echo \"$# <$1> <$2> <$3> $PATH $EXTRA $KEA_A\"", config);
    EXPECT_EQ(run("k", "KEA_A=1\n"), Verdict::Continue);
    EXPECT_EQ(wait_for(Notice::Output).at(2), "3 <leases4_committed> <a b> <> /bin x=y 1");
}

TEST_F(Exec, SeveralPacketsWaitForOneRun) {
    start("echo runs; while [ ! -e " + folder.path("go") + " ]; do sleep 0.01; done; exit 1");
    std::vector<std::shared_ptr<Waiter>> waiters;
    for (int i = 0; i < 3; ++i) {
        auto packet = event("k");
        packet[0]->same_as = "equal";
        waiters.push_back(patient_waiter());
        ASSERT_TRUE(engine->submit(std::move(packet), waiters.back()));
    }
    folder.script("go", "");
    for (const auto& waiter : waiters) {
        EXPECT_EQ(engine->wait(*waiter), Verdict::Drop);
    }
    engine->stop(10s);
    EXPECT_EQ(count(Notice::Output), 1U);
    EXPECT_EQ(count(Notice::EventFailed), 1U);
}

TEST_F(Exec, AReservedPlaceIsKept) {
    start("echo $KEA_N");
    auto place = engine->reserve("k");
    auto given_up = engine->reserve("k");
    const auto last = patient_waiter();
    engine->submit(event("k", "KEA_N=2\n"), last);
    given_up.reset();
    auto first = event("k", "KEA_N=1\n");
    first[0]->place = std::move(place);
    const auto waiter = patient_waiter();
    ASSERT_TRUE(engine->submit(std::move(first), waiter));
    EXPECT_EQ(engine->wait(*waiter), Verdict::Continue);
    EXPECT_EQ(engine->wait(*last), Verdict::Continue);
    engine->stop(10s);
    EXPECT_EQ(texts(Notice::Output), (std::vector<std::string>{"1", "2"}));
}

TEST_F(Exec, AReservedPlaceMayOutliveTheEngine) {
    start("exit 0");
    const auto place = engine->reserve("k");
    engine.reset();
    EXPECT_NE(place, nullptr);
}

TEST_F(Exec, WhenPacketsWaitForAllThatIsQueuedTheNewestDoesNotWait) {
    Config config = EngineTest::config();
    config.queue_limit = 5;
    config.max_parallel = 1;
    start("sleep 60", config);
    ASSERT_TRUE(engine->submit(event("running"), patient_waiter()));
    ASSERT_FALSE(wait_for(Notice::RunnerStarted).empty());
    std::size_t waiting = 0;
    for (int i = 0; i < 20; ++i) {
        waiting += engine->submit(event(std::to_string(i)), patient_waiter()) ? 1 : 0;
    }
    EXPECT_GE(waiting, 4U);  // the first one may not run yet
    EXPECT_LE(waiting, 6U);
    engine->stop(0ms);
    EXPECT_EQ(count(Notice::EventDiscarded), 20U - waiting);
}

TEST_F(Exec, OfWhatAScriptPrintsOnlySomeIsLogged) {
    start("i=0; while [ $i -lt 1000 ]; do echo $i; i=$((i + 1)); done");
    EXPECT_EQ(run("k"), Verdict::Continue);
    const auto held_back = wait_for(Notice::OutputHeldBack);
    ASSERT_FALSE(held_back.empty());
    EXPECT_LT(count(Notice::Output), 200U);
    EXPECT_EQ(texts(Notice::Output).at(49), "49");
}

TEST_F(Exec, AFailureCanBeOverlooked) {
    start("exit 3", 3000ms, Verdict::Continue);
    EXPECT_EQ(run("k"), Verdict::Continue);
}

TEST_F(Exec, ASignalIsAFailure) {
    start("kill -SEGV $$");
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2), "signal:11");
}

TEST_F(Exec, AHungScriptIsEndedWithItsGroup) {
    start("(trap '' TERM; sleep 60) & echo $! >" + folder.path("pid") + "; sleep 60", 200ms);
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2), "timeout after 200 ms");
    EXPECT_TRUE(dies(folder.read("pid"))) << "a child of the script is left";
    EXPECT_EQ(run("other key"), Verdict::Drop) << "the next one is run as well";
}

TEST_F(Exec, AMissingScriptIsAFailureEachTime) {
    start("exit 0");
    std::filesystem::remove(folder.path("script"));
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2).substr(0, 7), "spawn:2");
    folder.script("script", "exit 0");
    EXPECT_EQ(run("k"), Verdict::Continue);
}

TEST_F(Exec, AMissingRunnerMakesNobodyWait) {
    EngineTest::start(config(), "/nonexistent/runner");
    engine->start();
    EXPECT_EQ(wait_for(Notice::RunnerStartFailed).at(1), "/nonexistent/runner");
    EXPECT_TRUE(nobody_waits());
}

TEST_F(Exec, RunsAtMostSoManyAtOnceAndOneKeyInOrder) {
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

TEST_F(Exec, AKilledRunnerIsReplacedAndItsEventsRunAgain) {
    start("[ -e " + folder.path("second") + " ] || { touch " + folder.path("second") +
          "; kill -9 $PPID; sleep 60; }");
    EXPECT_EQ(run("k"), Verdict::Continue);
    EXPECT_EQ(wait_for(Notice::PeerEnded).at(3), "1");
    EXPECT_EQ(count(Notice::RunnerStarted), 2U);
}

TEST_F(Exec, AnEventThatKillsTheRunnerTwiceFails) {
    start("kill -9 $PPID");
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2), "the runner was lost twice");
}

TEST_F(Exec, AParkedPacketIsSettledAtItsDeadline) {
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

TEST_F(Exec, ManyEventsBeyondTheLimitAreDiscardedAndCounted) {
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

TEST_F(Exec, OfManyDiscardedEventsOnlySomeAreLogged) {
    Config config = EngineTest::config();
    config.queue_limit = 1;
    config.max_parallel = 1;
    start("sleep 60", config);
    for (int i = 0; i < 1000; ++i) {
        engine->submit(event(std::to_string(i)), nullptr);
    }
    const auto held_back = std::stoul(wait_for(Notice::OutputHeldBack).at(1));
    EXPECT_EQ(count(Notice::EventDiscarded) + held_back, engine->status().discarded);
    EXPECT_GT(held_back, count(Notice::EventDiscarded));
}

TEST_F(Exec, StoppingDeliversWhatIsQueuedAndLeavesNoChild) {
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

TEST_F(Exec, AfterStoppingNothingRunsAndNobodyWaits) {
    start("echo runs");
    engine->stop(0ms);
    EXPECT_EQ(run("k"), Verdict::Skip);
    EXPECT_FALSE(engine->submit(event("k"), nullptr));
    EXPECT_EQ(count(Notice::RunnerStarted), 0U);
}

TEST_F(Exec, ScriptsStartWithoutIgnoredOrBlockedSignals) {
    const auto before = signal(SIGPIPE, SIG_IGN);
    // posix_spawn of older glibc leaves signals 32 and 33 ignored, which are its own.
    start(
        R"sh(exec grep -Pqz 'SigBlk:\t0+\nSigIgn:\t0000000[01][08]0000000\n' /proc/self/status)sh");
    EXPECT_EQ(run("k"), Verdict::Continue);
    signal(SIGPIPE, before);
}

TEST_F(Exec, NothingStartsUnlessAsked) {
    start("exit 0");
    engine->stop(0ms);
    EXPECT_EQ(count(Notice::RunnerStarted), 0U);
}

}  // namespace
