// What ends a replay, and what makes up for it.
#include <sys/types.h>

#include <csignal>

#include "replay_test.h"

namespace {

using namespace kea_runscript::test;

class FailedReplays : public ReplayTest {
protected:
    /// Does something when it is run for this for the first time.
    std::string once(const std::string& point, const std::string& key,
                     const std::string& action) const {
        return "{ [ \"$1 $KEA_K\" != \"" + point + " " + key + "\" ] || ! mkdir " +
               folder.path("once") + " 2>/dev/null || { " + action + "; }; }";
    }
    /// Waits for a whole replay after one that was given up, which did not come to its end.
    void expect_repeated(const std::string& reason) {
        EXPECT_EQ(wait_for(Notice::ReplayFailed), (Lines{"test", reason, "1"}));
        ASSERT_TRUE(replayed(1));
        EXPECT_EQ(last_replay(), whole_replay());
        const Lines lines = log();
        EXPECT_EQ(std::count(lines.begin(), lines.end(), "replay_end 10"), 1);
        EXPECT_EQ(std::count(lines.begin(), lines.end(), "replay_begin 0"), 2);
        EXPECT_EQ(count(Notice::ReplayFailed), 1U);
        EXPECT_FALSE(engine->status().dirty);
    }
};

TEST_F(FailedReplays, AFailureForALeaseEndsIt) {
    start_worker(once("lease4_replay", "5", "return 3"));
    engine->start();
    expect_repeated("lease4_replay 5: exit code 3");
}

TEST_F(FailedReplays, AFailureAtItsBeginningEndsIt) {
    start_worker(once("replay_begin", "0", "return 3"));
    engine->start();
    expect_repeated("replay_begin -: exit code 3");
}

TEST_F(FailedReplays, AFailureAtItsEndIsARepetition) {
    start_worker(once("replay_end", "10", "return 3"));
    engine->start();
    EXPECT_EQ(wait_for(Notice::ReplayFailed).at(1), "replay_end -: exit code 3");
    ASSERT_TRUE(replayed(1));
    EXPECT_EQ(last_replay(), whole_replay());
}

TEST_F(FailedReplays, AFailureOfALiveEventEndsIt) {
    start_worker(once("lease4_replay", "5", waiting_for("go")) + " && " +
                 once("leases4_committed", "7", "return 3") + " && [ $1 != leases4_committed ]");
    engine->start();
    ASSERT_TRUE(logged("lease4_replay 5"));
    submit("7");
    open_gate("go");
    expect_repeated("leases4_committed 7: exit code 1");
}

TEST_F(FailedReplays, AHungWorkerEndsIt) {
    Config config = ReplayTest::config(Mode::Worker);
    config.timeout = 300ms;
    start(loop(noting("$1") + "; " + once("lease4_replay", "5", "sleep 60"), "echo ready 1 >&4"),
          config);
    engine->start();
    expect_repeated("lease4_replay 5: the worker does not answer");
    EXPECT_EQ(engine->status().timeouts, 1U);
}

TEST_F(FailedReplays, AWorkerThatDiesInTheMiddleEndsIt) {
    start_worker(once("lease4_replay", "5", "kill -9 $$"));
    engine->start();
    expect_repeated("the worker was lost, and with it what it had been told");
    EXPECT_EQ(count(Notice::EventFailed), 0U);
}

TEST_F(FailedReplays, AWorkerThatDiesAtItsBeginningGetsItOnceMore) {
    start_worker(once("replay_begin", "0", "kill -9 $$"));
    engine->start();
    ASSERT_TRUE(replayed(1));
    EXPECT_EQ(last_replay(), whole_replay());
    EXPECT_EQ(count(Notice::ReplayFailed), 0U);
}

TEST_F(FailedReplays, ARunnerThatDiesIsNoMatterForScripts) {
    start_exec(once("lease4_replay", "5", "kill -9 $PPID; sleep 60"));
    engine->request_replay();
    engine->start();
    ASSERT_TRUE(replayed(1));
    EXPECT_EQ(count(Notice::PeerEnded), 1U);
    EXPECT_EQ(count(Notice::ReplayFailed), 0U);
    const Lines lines = log();
    EXPECT_EQ(lines.size(), leases + 3) << "one is run again";
    EXPECT_EQ(lines.front(), "replay_begin 0");
    EXPECT_EQ(lines.back(), "replay_end 10");
}

TEST_F(FailedReplays, AWorkerThatComesBackIsToldAgain) {
    start_worker("[ \"$1 $KEA_K\" != \"leases4_committed die\" ] || kill -9 $$");
    engine->start();
    ASSERT_TRUE(replayed(1));
    submit("die");
    ASSERT_TRUE(replayed(2));
    EXPECT_EQ(last_replay().back(), "replay_end 10");
}

TEST_F(FailedReplays, ASourceThatCannotGoOnEndsIt) {
    hold_pages = true;
    start_worker();
    engine->start();
    ASSERT_TRUE(eventually([&] {
        const std::lock_guard<std::mutex> lock(pages_mutex);
        return wanted.has_value();
    }));
    engine->fail_replay(*wanted, "no such table");
    engine->fail_replay(*wanted, "is over already");
    hold_pages = false;
    expect_repeated("no such table");
}

TEST_F(FailedReplays, ComeAgainEverLater) {
    start_worker("[ $1 != lease4_replay ]");
    engine->start();
    ASSERT_TRUE(eventually([&] { return count(Notice::ReplayFailed) == 3; }));
    EXPECT_EQ(texts(Notice::ReplayFailed), (Lines{"1", "2", "4"}));
    EXPECT_TRUE(engine->status().dirty);
    EXPECT_EQ(engine->status().replay, "waiting");
    engine->request_replay();  // does not wait for its time
    EXPECT_TRUE(eventually([&] { return count(Notice::ReplayFailed) == 4; }, 3s));
}

TEST_F(FailedReplays, DiscardedEventsBringOneWhenTheQueueIsEmpty) {
    Config config = ReplayTest::config(Mode::Exec);
    config.queue_limit = 2;
    config.max_parallel = 1;
    start(noting("$1") + "; [ $KEA_K != first ] || " + waiting_for("go"), config);
    submit("first");
    ASSERT_TRUE(logged("leases4_committed first"));
    for (const char* key : {"a", "b", "c", "d"}) {
        submit(key);
    }
    const Status status = engine->status();
    EXPECT_TRUE(status.dirty);
    EXPECT_EQ(status.discarded, 2U);
    EXPECT_EQ(status.replay, "none");
    open_gate("go");
    ASSERT_TRUE(replayed(1));
    Lines expected{"leases4_committed first", "leases4_committed c", "leases4_committed d"};
    const Lines replay = whole_replay();
    expected.insert(expected.end(), replay.begin(), replay.end());
    EXPECT_EQ(log(), expected);
    EXPECT_FALSE(engine->status().dirty);
}

TEST_F(FailedReplays, EventsDiscardedMeanwhileEndIt) {
    Config config = ReplayTest::config(Mode::Worker);
    config.queue_limit = 2;
    config.max_parallel = 1;
    start(loop(noting("$1") + "; " + once("lease4_replay", "5", waiting_for("go"))), config);
    engine->start();
    ASSERT_TRUE(logged("lease4_replay 5"));
    for (const char* key : {"a", "b", "c"}) {
        submit(key);
    }
    open_gate("go");
    expect_repeated("events were discarded");
}

TEST_F(FailedReplays, AnEventThatWasNotDeliveredBringsOne) {
    start_exec("[ $KEA_K != lost ] || kill -9 $$");
    submit("lost");
    ASSERT_TRUE(replayed(1));
    EXPECT_EQ(last_replay(), whole_replay());
}

TEST_F(FailedReplays, AnExitCodeBringsNone) {
    start_exec("[ $KEA_K != wrong ]");
    submit("wrong");
    ASSERT_TRUE(eventually([&] { return engine->status().failures == 1; }));
    submit("right");
    ASSERT_TRUE(eventually([&] { return engine->status().answered == 1; }));
    EXPECT_FALSE(engine->status().dirty);
    EXPECT_EQ(engine->status().replay, "none");
}

}  // namespace
