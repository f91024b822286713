// What an engine tells of itself, and its remedy.
#include <csignal>

#include "core/leftovers.h"
#include "replay_test.h"

namespace {

using namespace kea_runscript::test;

class Statuses : public ReplayTest {
protected:
    using ReplayTest::start;
    Engine& start(const std::string& handle, std::chrono::milliseconds timeout = 10s) {
        Config config = EngineTest::config(Mode::Worker);
        config.timeout = timeout;
        EngineTest::start(loop(handle, "echo ready 1 >&4"), config);
        return *engine;
    }
};

/// Each event is somewhere, and only there.
void expect_sums(const Status& status) {
    EXPECT_EQ(status.events, status.answered + status.failures + status.discarded +
                                 status.undelivered + status.queued + status.open);
}

TEST_F(Statuses, OfAnEngineThatHasDoneNothing) {
    start("true");
    const Status status = engine->status();
    EXPECT_EQ(status.events, 0U);
    EXPECT_EQ(status.pid, 0);
    EXPECT_FALSE(status.connected);
    EXPECT_EQ(status.replay, "none");
    EXPECT_EQ(status.oldest, 0ms);
    EXPECT_TRUE(status.last_failure.empty());
}

TEST_F(Statuses, CountsWhatBecomesOfEvents) {
    start("echo noise >&4; sleep 0.01; return $KEA_K", 10s);
    const auto before = std::chrono::system_clock::now();
    EXPECT_EQ(run("a", "KEA_K=0\n"), Verdict::Continue);
    EXPECT_EQ(run("b", "KEA_K=3\n"), Verdict::Drop);
    const Status status = engine->status();
    EXPECT_EQ(status.events, 2U);
    EXPECT_EQ(status.answered, 1U);
    EXPECT_EQ(status.failures, 1U);
    EXPECT_EQ(status.timeouts, 0U);
    EXPECT_EQ(status.noise, 2U);
    EXPECT_GE(status.run_time_us, 20'000U);
    EXPECT_TRUE(status.connected);
    EXPECT_EQ(std::to_string(status.pid), wait_for(Notice::RunnerStarted).at(1));
    EXPECT_EQ(status.last_failure, "leases4_committed b: exit code 3");
    EXPECT_GE(status.last_failure_at, before);
    EXPECT_LE(status.last_failure_at, std::chrono::system_clock::now());
}

TEST_F(Statuses, TellsWhatWaits) {
    start(waiting_for("go"));
    const auto parked = patient_waiter();
    parked->on_settled = [](Verdict) {};
    engine->submit(event("k"), parked);
    engine->submit(event("k"), nullptr);
    auto same = event("k2");
    same[0]->same_as = "equal";
    engine->submit(std::move(same), nullptr);
    same = event("k2");
    same[0]->same_as = "equal";
    engine->submit(std::move(same), nullptr);
    ASSERT_TRUE(eventually([&] { return engine->status().open == 2; }));
    ASSERT_TRUE(eventually([&] { return engine->status().oldest > 10ms; }));
    Status status = engine->status();
    EXPECT_EQ(status.events, 3U);
    EXPECT_EQ(status.joined, 1U);
    EXPECT_EQ(status.queued, 1U);
    EXPECT_EQ(status.parked, 1U);
    open_gate("go");
    ASSERT_TRUE(eventually([&] { return engine->status().answered == 3; }));
    status = engine->status();
    EXPECT_EQ(status.queued + status.open + status.parked, 0U);
    EXPECT_EQ(status.oldest, 0ms);
}

TEST_F(Statuses, CountsPacketsThatDoNotWaitToTheEnd) {
    start(waiting_for("go"));
    const auto waiter = engine->make_waiter();
    waiter->deadline = Clock::now() + 50ms;
    ASSERT_TRUE(engine->submit(event("k"), waiter));
    EXPECT_EQ(engine->wait(*waiter), Verdict::Drop);
    engine->count_bypassed();
    EXPECT_EQ(engine->status().bypassed, 2U);
}

TEST_F(Statuses, AfterTheEndTellsWhatWasLeft) {
    start("sleep 60");
    for (int i = 0; i < 5; ++i) {
        engine->submit(event("k"), nullptr);
    }
    ASSERT_TRUE(eventually([&] { return engine->status().open == 1; }));
    engine->stop(0ms);
    const Status status = engine->status();
    EXPECT_EQ(status.undelivered, 5U);
    EXPECT_EQ(status.queued + status.open, 0U);
    EXPECT_FALSE(status.connected);
    expect_sums(status);
}

TEST_F(Statuses, AHungWorkerIsReplacedOnDemand) {
    start("[ -n \"$RETRY\" ] || sleep 60");
    engine->submit(event("k"), nullptr);
    ASSERT_TRUE(eventually([&] { return engine->status().open == 1; }));
    engine->restart();
    ASSERT_TRUE(eventually([&] { return engine->status().answered == 1; }));
    const Status status = engine->status();
    EXPECT_EQ(status.restarts, 1U);
    EXPECT_EQ(status.failures, 0U);
    EXPECT_EQ(count(Notice::PeerEnded), 0U);
}

TEST_F(Statuses, AWorkerThatHadBeenGivenUpIsStartedOnDemand) {
    EngineTest::start("exit 78", EngineTest::config(Mode::Worker));
    engine->start();
    ASSERT_FALSE(wait_for(Notice::WorkerRefused).empty());
    folder.script("script", loop("true"));
    EXPECT_TRUE(nobody_waits());
    engine->restart();
    EXPECT_TRUE(eventually([&] { return run("k") == Verdict::Continue; }));
}

/// Whatever happens, and whenever somebody looks.
TEST_F(Statuses, AddUpUnderFire) {
    leases = 100;
    Config config = ReplayTest::config(Mode::Worker);
    config.queue_limit = 50;
    start(loop("[ $KEA_K != wrong ]"), config);
    const auto end = Clock::now() + 4s;
    auto next_kill = Clock::now() + 1s;
    Status status;
    for (int i = 1; Clock::now() < end; ++i) {
        submit(i % 50 == 0 ? "wrong" : std::to_string(i % 97));
        if (i % 1000 > 100) {  // else they come faster than they can be answered
            std::this_thread::sleep_for(1ms);
        }
        status = engine->status();
        expect_sums(status);
        if (Clock::now() >= next_kill && status.pid != 0) {
            next_kill += 1s;
            kill(status.pid, SIGKILL);
        }
    }
    engine->restart();
    ASSERT_TRUE(eventually([&] {
        expect_sums(status = engine->status());
        return status.open + status.queued == 0;
    }));
    engine->request_replay();
    ASSERT_TRUE(replayed(status.replays + 1));
    engine->stop(10s);
    status = engine->status();
    expect_sums(status);
    EXPECT_GE(status.restarts, 2U);
    EXPECT_GT(status.discarded, 0U);
    EXPECT_GT(status.failures, 0U);
    EXPECT_GT(status.answered, 0U);
    EXPECT_GE(status.discarded, count(Notice::EventDiscarded));  // not each has a line
    EXPECT_EQ(status.failures, count(Notice::EventFailed));
    std::cout << status.events << " events, " << status.answered << " answered, " << status.failures
              << " failed, " << status.discarded << " discarded, " << status.restarts
              << " restarts, " << status.replays << " replays\n";
}

}  // namespace
