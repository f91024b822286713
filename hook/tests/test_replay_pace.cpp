// How fast a replay reads leases: what it leaves to the clients that are served meanwhile.
#include <gtest/gtest.h>

#include "core/replay.h"

namespace {

using namespace kea_runscript::core;
using namespace std::chrono_literals;

class ReplayPace : public ::testing::Test {
protected:
    void SetUp() override {
        replay.request(now);
        replay.take(Replay::Step::Begin, now);
        replay.answered(now);
    }

    Replay::Step step() const { return replay.next_step(now, pending, 0); }

    /// Asks for a page, which comes at once. Returns its size.
    std::size_t read() {
        replay.take(Replay::Step::Page, now);
        const std::size_t size = replay.page_size();
        replay.add_page(size, false);
        for (std::size_t i = 0; i < size; ++i) {
            replay.add_event();
        }
        pending += size;
        return size;
    }

    void answer(std::size_t events) {
        for (; events > 0; --events, --pending) {
            replay.answered(now);
        }
    }

    Replay replay;
    std::size_t pending = 0;
    Clock::time_point now{1h};
};

TEST_F(ReplayPace, WithoutClientsPagesAreAskedForAhead) {
    while (step() == Replay::Step::Page) {
        EXPECT_EQ(read(), 32U);
    }
    EXPECT_EQ(pending, kReplayAhead);
    answer(1);
    EXPECT_EQ(step(), Replay::Step::Page);
}

TEST_F(ReplayPace, WhileClientsAreServedAPageComesOnlyAfterABreak) {
    replay.note_live(now);
    EXPECT_EQ(read(), 8U);
    now += 2ms;
    answer(7);
    EXPECT_EQ(step(), Replay::Step::None);
    answer(1);
    EXPECT_EQ(step(), Replay::Step::None);
    EXPECT_EQ(replay.due(), now + 8ms);
    now = replay.due();
    EXPECT_EQ(step(), Replay::Step::Page);
}

TEST_F(ReplayPace, ASlowScriptDoesNotMakeForLongBreaks) {
    replay.note_live(now);
    read();
    now += 3s;
    answer(8);
    EXPECT_EQ(replay.due(), now + 10ms);
}

TEST_F(ReplayPace, ItHurriesWhenNobodyIsServedAnyMore) {
    replay.note_live(now);
    read();
    answer(8);
    now += 100ms;
    EXPECT_EQ(read(), 32U);
    EXPECT_EQ(step(), Replay::Step::Page);
}

}  // namespace
