// The engine with the real runner and workers, good and bad.
#include <signal.h>

#include <fstream>

#include "engine_test.h"

namespace {

using namespace kea_runscript::test;

class Worker : public EngineTest {
protected:
    using EngineTest::start;
    Engine& start(const std::string& body, std::chrono::milliseconds timeout = 10s,
                  unsigned max_parallel = 4) {
        Config config = EngineTest::config(Mode::Worker);
        config.timeout = timeout;
        config.max_parallel = max_parallel;
        return start(body, config);
    }
};

TEST_F(Worker, IsStartedOnceAndAnswersEvents) {
    Config config = EngineTest::config(Mode::Worker);
    config.arguments = {"a b"};
    config.environment = {{"EXTRA", "1"}};
    config.exit_codes = {{9, Verdict::Skip}};
    start(loop("echo \"$$ $1 $KEA_A $WAIT $EXTRA $args\"; return $KEA_A", "args=$1"), config);
    EXPECT_EQ(run("k", "KEA_A=0\n"), Verdict::Continue);
    EXPECT_EQ(run("k", "KEA_A=9\n"), Verdict::Skip);
    EXPECT_EQ(run("k", "KEA_A=5\n"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed),
              (std::vector<std::string>{"test", "leases4_committed k", "exit code 5"}));
    ASSERT_TRUE(eventually([&] { return count(Notice::Output) == 3; }));
    const std::string pid = texts(Notice::Output)[0].substr(0, texts(Notice::Output)[0].find(' '));
    EXPECT_EQ(texts(Notice::Output),
              (std::vector<std::string>{pid + " leases4_committed 0 1 1 a b",
                                        pid + " leases4_committed 9 1 1 a b",
                                        pid + " leases4_committed 5 1 1 a b"}));
}

TEST_F(Worker, HasNothingOpenButItsStreamAndDefaultSignals) {
    start(loop("ls /proc/self/fd | wc -l; ps -o pgid= $$"));
    EXPECT_EQ(run("k"), Verdict::Continue);
    // 0, 1, 2, the two that the shell made, and the folder itself.
    EXPECT_EQ(wait_for(Notice::Output).at(2), "6");
}

TEST_F(Worker, DrainsAtTheEndAndLeavesNoChild) {
    start(loop("sleep 0.05"));
    for (int i = 0; i < 5; ++i) {
        engine->submit(event("k"), nullptr);
    }
    engine->stop(10s);
    EXPECT_EQ(count(Notice::Undelivered), 0U);
    const pid_t runner = std::stoi(wait_for(Notice::RunnerStarted).at(1));
    EXPECT_EQ(kill(runner, 0), -1) << "the runner is left, or a zombie";
}

TEST_F(Worker, LogsAtFourLevelsAndTextsOfAnswers) {
    start(
        loop("for l in debug info warn error; do echo \"log $l $id is $l\" >&4; done; "
             "echo \"done $id 0 all well\" >&4; read never <&3"));
    EXPECT_EQ(run("k"), Verdict::Continue);
    EXPECT_EQ(wait_for(Notice::OutputDebug),
              (std::vector<std::string>{"test", "leases4_committed k", "is debug"}));
    EXPECT_EQ(wait_for(Notice::OutputWarning).at(2), "is warn");
    EXPECT_EQ(wait_for(Notice::OutputError).at(2), "is error");
    ASSERT_TRUE(eventually([&] { return count(Notice::Output) == 2; }));
    EXPECT_EQ(texts(Notice::Output), (std::vector<std::string>{"is info", "all well"}));
}

TEST_F(Worker, CanLowerTheWindow) {
    start(loop("echo got $id; while [ ! -e " + folder.path("go$id") + " ]; do sleep 0.01; done",
               "echo ready 1 window=1 >&4"));
    engine->submit(event("first"), nullptr);
    ASSERT_TRUE(eventually([&] { return count(Notice::Output) == 1; }));
    for (int i = 0; i < 3; ++i) {
        engine->submit(event(std::to_string(i)), nullptr);
    }
    folder.script("go1", "");
    ASSERT_TRUE(eventually([&] { return count(Notice::Output) == 2; }));
    engine->stop(0ms);
    EXPECT_EQ(wait_for(Notice::Undelivered).at(1), "3");
}

TEST_F(Worker, WhatItLeavesUnansweredIsSentOnceMore) {
    start(loop("echo \"<$RETRY>\"; [ -n \"$RETRY\" ] || exit 3"));
    EXPECT_EQ(run("k"), Verdict::Continue);
    EXPECT_EQ(wait_for(Notice::PeerEnded),
              (std::vector<std::string>{"test", "the worker", "exit code 3", "1"}));
    // Its answers do not wait for what it prints.
    ASSERT_TRUE(eventually([&] { return count(Notice::Output) == 2; }));
    EXPECT_EQ(texts(Notice::Output), (std::vector<std::string>{"<>", "<1>"}));
}

TEST_F(Worker, AnEventThatItDiesOfTwiceFails) {
    start(loop("kill -SEGV $$"));
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2), "the worker was lost twice");
    EXPECT_EQ(wait_for(Notice::PeerEnded).at(2), "ended by signal 11");
}

TEST_F(Worker, OneThatCannotStartMakesNobodyWait) {
    start("exit 0");
    std::filesystem::remove(folder.path("script"));
    engine->start();
    EXPECT_EQ(wait_for(Notice::PeerEnded).at(2), "exit code 127");
    EXPECT_EQ(wait_for(Notice::Output).at(2),
              "cannot start " + folder.path("script") + ": No such file or directory");
    EXPECT_TRUE(nobody_waits());
    folder.script("script", loop("true"));
    EXPECT_TRUE(eventually([&] { return run("k") == Verdict::Continue; }));
}

TEST_F(Worker, OneThatRefusesTheVersionIsNotStartedAgain) {
    start("exit 78");
    engine->start();
    EXPECT_EQ(wait_for(Notice::WorkerRefused).at(1), folder.path("script"));
    EXPECT_TRUE(nobody_waits());
    engine->stop(0ms);
    EXPECT_EQ(count(Notice::RunnerStarted), 1U);
}

TEST_F(Worker, RestartsWhenItAsksToWithoutRetryOrDelay) {
    // Answers after its farewell what it was given before.
    start(loop("echo \"<$RETRY>\"; n=$((n + 1)); [ $n != 3 ] || echo bye >&4"), 10s, 1);
    for (int i = 0; i < 30; ++i) {
        ASSERT_EQ(run(std::to_string(i)), Verdict::Continue);
    }
    EXPECT_TRUE(eventually([&] { return count(Notice::PeerRestarts) == 10; }));
    EXPECT_EQ(count(Notice::PeerEnded), 0U);
    for (const std::string& retry : texts(Notice::Output)) {
        EXPECT_EQ(retry, "<>");
    }
}

TEST_F(Worker, OneThatAnswersNothingIsEndedWithItsGroup) {
    start("echo ready 1; (trap '' TERM; sleep 60) & echo $! >" + folder.path("pid") + "; sleep 60",
          200ms);
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::PeerHung),
              (std::vector<std::string>{"test", "the worker", "leases4_committed k"}));
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2), "the worker does not answer");
    EXPECT_TRUE(dies(folder.read("pid"))) << "a child of the worker is left";
    EXPECT_TRUE(eventually([&] { return count(Notice::RunnerStarted) == 2; }));
}

TEST_F(Worker, OnlyTheOldestOfAHungWorkersEventsFails) {
    start(loop("[ -n \"$RETRY\" ] || sleep 60", "echo ready 1 >&4"), 200ms);
    const auto one = patient_waiter();
    const auto two = patient_waiter();
    engine->submit(event("one"), one);
    engine->submit(event("two"), two);
    EXPECT_EQ(engine->wait(*one), Verdict::Drop);
    EXPECT_EQ(engine->wait(*two), Verdict::Continue);
}

TEST_F(Worker, AnEventThatIsForgottenFailsThoughOthersAreAnswered) {
    start(loop("[ \"$KEA_A\" != forget ] || id=999", "echo ready 1 >&4"), 300ms, 2);
    const auto forgotten = patient_waiter();
    engine->submit(event("forgotten", "KEA_A=forget\n"), forgotten);
    while (!count(Notice::PeerHung)) {
        EXPECT_EQ(run("k", "KEA_A=\n"), Verdict::Continue);
    }
    EXPECT_EQ(engine->wait(*forgotten), Verdict::Drop);
}

TEST_F(Worker, AGrandchildThatHoldsTheStreamHidesNothing) {
    start(loop("[ -n \"$RETRY\" ] || { setsid sleep 60 <&3 >&4 & echo $! >" + folder.path("pid") +
               "; exit 1; }"));
    EXPECT_EQ(run("k"), Verdict::Continue);
    kill(std::stoi(folder.read("pid")), SIGKILL);
}

TEST_F(Worker, WhenTheRunnerIsKilledItsWorkerEndsBeforeAnotherStarts) {
    start(loop("echo start $$; sleep 0.5; echo end $$; [ -n \"$second\" ]"));
    engine->submit(event("k"), nullptr);
    ASSERT_FALSE(wait_for(Notice::Output).empty());
    kill(std::stoi(wait_for(Notice::RunnerStarted).at(1)), SIGKILL);
    ASSERT_TRUE(eventually([&] { return count(Notice::RunnerStarted) == 2; }));
    EXPECT_EQ(wait_for(Notice::PeerEnded).at(2), "the runner was ended by signal 9");
    EXPECT_EQ(wait_for(Notice::EventFailed).at(2), "exit code 1")
        << "the old worker's answer does not count";
    EXPECT_EQ(count(Notice::Output), 2U) << "the event was sent again";
}

/// Bad manners that must be logged and do no harm: the events around them are answered.
struct Manners {
    const char* name;
    const char* line;    ///< said before each answer
    const char* logged;  ///< how the first such notice begins
};

class BadManners : public Worker, public testing::WithParamInterface<Manners> {};

TEST_P(BadManners, AreLoggedAndHarmless) {
    start(loop("{ " + std::string(GetParam().line) + "; } >&4", "echo ready 1 >&4"));
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(run("k"), Verdict::Continue);
    }
    EXPECT_EQ(wait_for(Notice::Noise).at(1), "the worker");
    EXPECT_EQ(wait_for(Notice::Noise).at(2).substr(0, std::string(GetParam().logged).size()),
              GetParam().logged);
    EXPECT_EQ(count(Notice::PeerEnded), 0U);
    EXPECT_EQ(count(Notice::EventFailed), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadManners,
    testing::Values(
        Manners{"Garbage", "head -c 3000 /dev/urandom | tr -d '\\n'; echo", ""},
        Manners{"Binary", "printf '\\001\\n'", "\\x01"}, Manners{"ANumber", "echo 12 0", "12 0"},
        Manners{"AnEmptyLine", "echo", ""},
        Manners{"ALongLine", "head -c 10000000 /dev/zero | tr '\\0' a; echo",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
        Manners{"AnUnknownId", "echo done 999 0", "an answer for event 999, which is not open"},
        Manners{"AFutureId", "echo done $((id + 1)) 1", "an answer for event 2, which is not open"},
        Manners{"ARepeatedId", "echo done $id 0", "an answer for event 1, which is not open"},
        Manners{"ABadCode", "echo done $id 256", "done 1 256"},
        Manners{"AFailureOfNothing", "echo fail $id", "fail 1"}),
    [](const auto& manners) { return manners.param.name; });

TEST_F(Worker, HalfALineAtTheEndIsNoise) {
    start(loop("[ -n \"$RETRY\" ] || { printf 'done %s 0' $id >&4; exit; }"));
    EXPECT_EQ(run("k"), Verdict::Continue);
    EXPECT_EQ(wait_for(Notice::Noise).at(2), "done 1 0");
    EXPECT_EQ(wait_for(Notice::PeerEnded).at(3), "1");
}

TEST_F(Worker, AFloodIsHeldBackAndAnsweredAllTheSame) {
    start(loop("timeout 1 yes >&4; echo >&4"));
    EXPECT_EQ(run("k"), Verdict::Continue);
    EXPECT_FALSE(wait_for(Notice::OutputHeldBack).empty());
    EXPECT_LT(count(Notice::Noise), 1000U);
}

TEST_F(Worker, LinesThatNobodyReadsKeepNoneOutOfTheLog) {
    start(
        loop("i=0; while [ $i -lt 500 ]; do echo log debug $id $i >&4; i=$((i + 1)); done; "
             "echo log error $id alas >&4"));
    engine->set_wanted([](Notice notice) { return notice != Notice::OutputDebug; });
    EXPECT_EQ(run("k"), Verdict::Continue);
    EXPECT_EQ(texts(Notice::OutputError), std::vector<std::string>{"alas"});
    EXPECT_EQ(count(Notice::OutputDebug), 0U);
}

TEST_F(Worker, OneThatDoesNotReadIsHungAndTheOthersGetTheEvents) {
    Config config = EngineTest::config(Mode::Worker);
    config.timeout = 300ms;
    config.max_parallel = 64;
    start("echo ready 1; if mkdir " + folder.path("first") + "; then sleep 60; fi\n" + loop("true"),
          config);
    const std::string lines = "KEA_A=" + std::string(50'000, 'a') + "\n";
    std::vector<std::shared_ptr<Waiter>> waiters;
    for (int i = 0; i < 64; ++i) {
        waiters.push_back(patient_waiter());
        ASSERT_TRUE(engine->submit(event(std::to_string(i), lines), waiters.back()));
    }
    EXPECT_EQ(engine->wait(*waiters[0]), Verdict::Drop);
    for (int i = 1; i < 64; ++i) {
        EXPECT_EQ(engine->wait(*waiters[i]), Verdict::Continue) << i;
    }
}

}  // namespace
