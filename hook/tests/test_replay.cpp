// Replays with real workers and scripts: what they are told, and what live events change in it.
#include "replay_test.h"

namespace {

using namespace kea_runscript::test;

class Replays : public ReplayTest {};

TEST_F(Replays, AWorkerIsToldAllLeasesAtItsStart) {
    leases = 1000;
    start_worker();
    engine->start();
    ASSERT_TRUE(replayed(1));
    EXPECT_EQ(log(), whole_replay());
    const auto done = wait_for(Notice::ReplayDone);
    EXPECT_EQ(done.at(1), "1000");
    EXPECT_GE(std::stoi(done.at(2)), 0);
    EXPECT_EQ(engine->status().replay, "none");
    EXPECT_EQ(engine->status().replayed, 1000U);
    EXPECT_LE(most_pending, kReplayAhead);
}

TEST_F(Replays, WithoutLeasesItHasABeginningAndAnEnd) {
    leases = 0;
    start_worker();
    engine->start();
    ASSERT_TRUE(replayed(1));
    EXPECT_EQ(log(), (Lines{"replay_begin 0", "replay_end 0"}));
}

TEST_F(Replays, ProcessesRunBetweenItsBeginningAndItsEnd) {
    leases = 300;
    Config config = ReplayTest::config(Mode::Exec);
    config.max_parallel = 32;
    start("[ $1 = lease4_replay ] || sleep 0.1; " + noting("$1") + "; [ $1 = lease4_replay ] || " +
              noting("$1"),
          config);
    engine->request_replay();
    engine->start();
    ASSERT_TRUE(replayed(1));
    Lines lines = log();
    ASSERT_EQ(lines.size(), leases + 4);
    EXPECT_EQ(lines[1], "replay_begin 0");
    EXPECT_EQ(lines[leases + 2], "replay_end 300");
    std::sort(lines.begin(), lines.end());
    EXPECT_EQ(std::unique(lines.begin(), lines.end()) - lines.begin(), 302);
}

TEST_F(Replays, ProcessesHaveNoneUnlessAsked) {
    start_exec();
    submit("a");
    ASSERT_TRUE(logged("leases4_committed a"));
    EXPECT_EQ(engine->status().replay, "none");
    engine->stop(10s);
    EXPECT_EQ(log(), Lines{"leases4_committed a"});
}

TEST_F(Replays, OneThatIsAskedForBeforeTheWorkerStartsIsNotRepeatedWhenItHas) {
    start_worker();
    engine->request_replay();
    engine->request_replay();
    engine->start();
    ASSERT_TRUE(replayed(1));
    submit("after");
    ASSERT_TRUE(logged("leases4_committed after"));
    EXPECT_EQ(engine->status().replays, 1U);
    EXPECT_EQ(engine->status().replay, "none");
}

TEST_F(Replays, OneThatIsAskedForWhileAnotherRunsFollowsIt) {
    start_worker("[ \"$KEA_K\" != 5 ] || " + waiting_for("go"));
    engine->start();
    ASSERT_TRUE(logged("lease4_replay 5"));
    engine->request_replay();
    engine->request_replay();
    open_gate("go");
    ASSERT_TRUE(replayed(2));
    EXPECT_EQ(last_replay(), whole_replay());
    EXPECT_EQ(engine->status().replay, "none");
}

TEST_F(Replays, LiveEventsGoFirst) {
    start_worker("[ \"$KEA_K\" != 2 ] || " + waiting_for("go"));
    engine->start();
    ASSERT_TRUE(logged("lease4_replay 2"));
    for (const char* key : {"a", "b", "c"}) {
        submit(key);
    }
    open_gate("go");
    ASSERT_TRUE(replayed(1));
    const Lines lines = log();
    const auto blocked = std::find(lines.begin(), lines.end(), "lease4_replay 2");
    EXPECT_EQ(Lines(blocked + 1, blocked + 5), (Lines{"leases4_committed a", "leases4_committed b",
                                                      "leases4_committed c", "lease4_replay 3"}));
}

TEST_F(Replays, ALiveEventTakesThePlaceOfItsLeaseThatIsQueued) {
    start_worker("[ \"$KEA_K\" != 2 ] || " + waiting_for("go"));
    engine->start();
    ASSERT_TRUE(logged("lease4_replay 2"));
    submit("7");
    submit("2");  // is being told already: comes after that
    open_gate("go");
    ASSERT_TRUE(replayed(1));
    EXPECT_EQ(log(),
              (Lines{"replay_begin 0", "lease4_replay 0", "lease4_replay 1", "lease4_replay 2",
                     "leases4_committed 7", "leases4_committed 2", "lease4_replay 3",
                     "lease4_replay 4", "lease4_replay 5", "lease4_replay 6", "lease4_replay 8",
                     "lease4_replay 9", "replay_end 10"}));
    EXPECT_EQ(engine->status().replayed, 10U);
}

TEST_F(Replays, ALiveEventTakesThePlaceOfItsLeaseThatIsNotReadYet) {
    hold_pages = true;
    start_worker();
    engine->start();
    ASSERT_TRUE(eventually([&] { return engine->status().replay == "leases"; }));
    submit("7");
    ASSERT_TRUE(logged("leases4_committed 7"));
    hold_pages = false;
    ASSERT_TRUE(replayed(1));
    const Lines lines = log();
    EXPECT_EQ(std::count(lines.begin(), lines.end(), "lease4_replay 7"), 0);
    EXPECT_EQ(lines.size(), leases + 2);
    EXPECT_EQ(lines.back(), "replay_end 10");
}

TEST_F(Replays, AnOfferIsNoClaim) {
    start_worker("[ \"$KEA_K\" != 2 ] || " + waiting_for("go"));
    engine->start();
    ASSERT_TRUE(logged("lease4_replay 2"));
    auto offer = event("7", "KEA_K=7\n");
    offer[0]->provisional = true;
    engine->submit(std::move(offer), nullptr);
    open_gate("go");
    ASSERT_TRUE(replayed(1));
    const Lines lines = log();
    EXPECT_EQ(lines.size(), leases + 3);
    EXPECT_EQ(lines[4], "leases4_committed 7");
    EXPECT_EQ(std::count(lines.begin(), lines.end(), "lease4_replay 7"), 1);
}

TEST_F(Replays, ALiveEventFromBeforeItsBeginningIsNoClaim) {
    start_worker("[ \"$1\" != replay_begin ] || " + waiting_for("go"));
    engine->start();
    ASSERT_TRUE(logged("replay_begin 0"));
    submit("7");
    open_gate("go");
    ASSERT_TRUE(replayed(1));
    const Lines lines = log();
    EXPECT_EQ(std::count(lines.begin(), lines.end(), "leases4_committed 7"), 1);
    EXPECT_EQ(std::count(lines.begin(), lines.end(), "lease4_replay 7"), 1);
}

TEST_F(Replays, TheEndWaitsForTheLiveEventsThatTakePlaces) {
    start_exec("[ $1 != leases4_committed ] || " + waiting_for("go"));
    hold_pages = true;
    engine->request_replay();
    engine->start();
    ASSERT_TRUE(eventually([&] { return engine->status().replay == "leases"; }));
    submit("7");
    ASSERT_TRUE(logged("leases4_committed 7"));
    hold_pages = false;
    ASSERT_TRUE(logged("lease4_replay 9"));
    // All is told but what is claimed: were the end not held back, it would come now.
    ASSERT_TRUE(eventually([&] { return engine->status().replayed == leases; }));
    submit("later");  // is no claim: the end does not wait for those that go on coming
    ASSERT_TRUE(logged("leases4_committed later"));
    EXPECT_EQ(engine->status().replay, "leases");
    EXPECT_EQ(log().size(), leases + 2);
    open_gate("go");
    ASSERT_TRUE(replayed(1));
    EXPECT_EQ(log().back(), "replay_end 10");
}

TEST_F(Replays, ItsEventsDoNotCountForTheLimit) {
    leases = 200;
    Config config = ReplayTest::config(Mode::Worker);
    config.queue_limit = 2;
    start(loop(noting("$1") + "; [ \"$KEA_K\" != 2 ] || " + waiting_for("go")), config);
    engine->start();
    ASSERT_TRUE(logged("lease4_replay 2"));
    submit("a");
    submit("b");
    open_gate("go");
    ASSERT_TRUE(replayed(1));
    EXPECT_EQ(count(Notice::EventDiscarded), 0U);
    EXPECT_EQ(log().size(), leases + 4);
}

TEST_F(Replays, TheirEndMayTakeLongerThanAnEvent) {
    Config config = ReplayTest::config(Mode::Worker);
    config.timeout = 200ms;
    start(loop(noting("$1") + "; [ $1 != replay_end ] || sleep 0.6"), config);
    engine->start();
    ASSERT_TRUE(replayed(1));
    EXPECT_EQ(log(), whole_replay());
    EXPECT_EQ(count(Notice::PeerHung), 0U);
}

TEST_F(Replays, WithoutTheParameterThereIsNone) {
    Config config = ReplayTest::config(Mode::Worker);
    config.replay = false;
    start(loop(noting("$1")), config);
    engine->start();
    engine->request_replay();
    submit("a");
    ASSERT_TRUE(logged("leases4_committed a"));
    engine->stop(10s);
    EXPECT_EQ(log(), Lines{"leases4_committed a"});
}

TEST_F(Replays, AtTheEndTheyJustEnd) {
    start_worker("[ \"$KEA_K\" != 2 ] || " + waiting_for("go"));
    engine->start();
    ASSERT_TRUE(logged("lease4_replay 2"));
    submit("live");
    open_gate("go");
    engine->stop(10s);
    EXPECT_EQ(log(), (Lines{"replay_begin 0", "lease4_replay 0", "lease4_replay 1",
                            "lease4_replay 2", "leases4_committed live"}));
    EXPECT_EQ(count(Notice::Undelivered), 0U);
    EXPECT_EQ(count(Notice::ReplayFailed) + count(Notice::ReplayDone), 0U);
    engine->request_replay();
    EXPECT_EQ(engine->status().replay, "none");
}

}  // namespace
