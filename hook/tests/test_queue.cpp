#include <gtest/gtest.h>

#include "core/queue.h"

namespace {

using namespace kea_runscript::core;

using Packet = std::vector<std::unique_ptr<Event>>;

Packet packet(std::initializer_list<const char*> keys, const std::string& same_as = "") {
    Packet events;
    for (const char* key : keys) {
        events.push_back(std::make_unique<Event>());
        events.back()->key = key;
        events.back()->lines = key;
        events.back()->same_as = same_as;
    }
    return events;
}

void push(Queue& queue, std::initializer_list<const char*> keys,
          const std::shared_ptr<Waiter>& waiter = nullptr) {
    queue.push(packet(keys), waiter);
}

/// The one event of a packet that fills a reserved place.
Packet packet_at(Event& place, const std::string& lines) {
    Packet events = packet({place.key.c_str()});
    events[0]->lines = lines;
    events[0]->place = std::make_shared<Reservation>();
    events[0]->place->event = &place;
    return events;
}

using Ages = std::vector<std::uint64_t>;

/// All events that may run now, opened; by age, which is the how-manieth they were to come.
Ages open_all(Queue& queue) {
    Ages ages;
    while (const Event* event = queue.open_next({})) {
        ages.push_back(event->age);
    }
    return ages;
}

void finish(Queue& queue, std::uint64_t age) {
    for (Event* event : queue.open_events()) {
        if (event->age == age) {
            queue.finish(*event);
            return;
        }
    }
    FAIL() << age << " is not open";
}

TEST(Queue, RunsOneKeyInOrderAndOthersBeside) {
    Queue queue;
    push(queue, {"a"});
    push(queue, {"a"});
    push(queue, {"b"});
    EXPECT_EQ(open_all(queue), (Ages{1, 3}));
    finish(queue, 1);
    EXPECT_EQ(open_all(queue), (Ages{2}));
    EXPECT_EQ(queue.open(), 2U);
}

TEST(Queue, RunsThePacketsEventsInOrder) {
    Queue queue;
    push(queue, {"old", "new"});
    push(queue, {"new"});
    EXPECT_EQ(open_all(queue), (Ages{1}));
    finish(queue, 1);
    EXPECT_EQ(open_all(queue), (Ages{2}));
    finish(queue, 2);
    EXPECT_EQ(open_all(queue), (Ages{3}));
    finish(queue, 3);
    EXPECT_EQ(queue.size(), 0U);
}

TEST(Queue, PacketsInOppositeOrderDoNotLockEachOther) {
    Queue queue;
    push(queue, {"a", "b"});
    push(queue, {"b", "a"});
    Ages order;
    while (queue.size() != 0) {
        for (const std::uint64_t age : open_all(queue)) {
            order.push_back(age);
            finish(queue, age);
        }
    }
    EXPECT_EQ(order, (Ages{1, 2, 3, 4}));
}

TEST(Queue, NumbersAscendInTheOrderOfOpeningAndAreKept) {
    Queue queue;
    push(queue, {"a", "b"});
    push(queue, {"c"});
    Event* const first = queue.open_next({});
    EXPECT_EQ(first->id, 1U);
    EXPECT_EQ(queue.open_next({})->lines, "c");
    EXPECT_EQ(queue.find_open(2)->lines, "c");
    EXPECT_EQ(queue.find_open(3), nullptr);
    queue.reopen(*first);
    EXPECT_EQ(queue.find_open(1), nullptr);
    EXPECT_EQ(queue.open_next({}), first);
    EXPECT_EQ(first->id, 1U);
    queue.finish(*first);
    EXPECT_EQ(queue.open_next({})->id, 3U);
}

TEST(Queue, WhatIsReopenedComesFirst) {
    Queue queue;
    push(queue, {"a"});
    Event* const first = queue.open_next({});
    push(queue, {"a"});
    push(queue, {"b"});
    queue.reopen(*first);
    EXPECT_EQ(open_all(queue), (Ages{1, 3}));
    EXPECT_TRUE(first->retry);
    EXPECT_EQ(queue.longest_open(), first);
}

TEST(Queue, DiscardingInTheMiddleKeepsTheOrder) {
    Queue queue;
    for (int i = 0; i < 3; ++i) {
        push(queue, {"a"});
    }
    queue.open_next({});
    EXPECT_EQ(queue.oldest_idle()->age, 2U);
    queue.finish(*queue.oldest_idle());
    EXPECT_EQ(open_all(queue), Ages{});  // 3 still waits for 1
    queue.finish(*queue.oldest_idle());
    push(queue, {"a"});
    EXPECT_EQ(open_all(queue), Ages{});  // 4 waits for 1, though 3 is gone
    finish(queue, 1);
    EXPECT_EQ(open_all(queue), (Ages{4}));
    EXPECT_EQ(queue.oldest_idle(), nullptr);
}

TEST(Queue, WhatAPacketWaitsForIsNotIdle) {
    Queue queue;
    const auto waiter = std::make_shared<Waiter>();
    push(queue, {"a", "b"}, waiter);
    EXPECT_EQ(waiter->events.size(), 2U);
    EXPECT_EQ(queue.oldest_idle(), nullptr);
    queue.detach(*waiter);
    EXPECT_EQ(queue.oldest_idle()->age, 1U);
    EXPECT_TRUE(waiter->events.empty());
}

TEST(Queue, AReservedPlaceHoldsUpItsKeyUntilItIsFilled) {
    Queue queue;
    push(queue, {"a"});
    Event& place = queue.reserve("a");
    push(queue, {"a"});
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_EQ(open_all(queue), (Ages{1}));
    finish(queue, 1);
    EXPECT_EQ(open_all(queue), Ages{});
    queue.push(packet_at(place, "filled"), nullptr);
    EXPECT_EQ(queue.size(), 3U - 1U);
    EXPECT_EQ(queue.open_next({})->lines, "filled");
    finish(queue, 2);
    EXPECT_EQ(open_all(queue), (Ages{3}));
}

TEST(Queue, AReservedPlaceThatIsGivenUpLetsTheNextOneRun) {
    Queue queue;
    Event& place = queue.reserve("a");
    push(queue, {"a"});
    EXPECT_EQ(open_all(queue), Ages{});
    queue.finish(place);
    EXPECT_EQ(queue.size(), 1U);
    EXPECT_EQ(open_all(queue), (Ages{2}));
}

TEST(Queue, APlaceIsFilledOnlyOnce) {
    Queue queue;
    Packet first = packet_at(queue.reserve("a"), "first");
    Packet second = packet({"a"});
    second[0]->place = first[0]->place;
    queue.push(std::move(first), nullptr);
    queue.push(std::move(second), nullptr);
    EXPECT_EQ(open_all(queue), (Ages{1}));
    finish(queue, 1);
    EXPECT_EQ(open_all(queue), (Ages{2}));
}

TEST(Queue, ReservedPlacesAndPacketsDoNotLockEachOther) {
    Queue queue;
    Event& place = queue.reserve("b");
    push(queue, {"b", "a"});
    Packet crossing = packet({"a"});
    crossing.push_back(std::move(packet_at(place, "filled")[0]));
    queue.push(std::move(crossing), nullptr);
    Ages order;
    while (queue.size() != 0) {
        const Ages opened = open_all(queue);
        ASSERT_FALSE(opened.empty());
        for (const std::uint64_t age : opened) {
            order.push_back(age);
            finish(queue, age);
        }
    }
    EXPECT_EQ(order, (Ages{1, 2, 3, 4}));
}

TEST(Queue, TheSameRunIsJoinedQueuedOrOpen) {
    Queue queue;
    const auto one = std::make_shared<Waiter>();
    const auto two = std::make_shared<Waiter>();
    const auto three = std::make_shared<Waiter>();
    queue.push(packet({"a"}, "equal"), one);
    queue.push(packet({"a"}, "equal"), two);
    ASSERT_EQ(open_all(queue), (Ages{1}));
    queue.push(packet({"a"}, "equal"), three);
    queue.push(packet({"a"}, "equal"), nullptr);
    EXPECT_EQ(queue.size(), 1U);
    EXPECT_EQ(queue.longest_open()->waiters.size(), 3U);
    queue.detach(*two);
    EXPECT_EQ(queue.longest_open()->waiters.size(), 2U);
}

TEST(Queue, OnlyTheLastOfTheKeyIsJoined) {
    Queue queue;
    queue.push(packet({"a"}, "equal"), nullptr);
    queue.push(packet({"a"}, "other"), nullptr);
    queue.push(packet({"a"}, "equal"), nullptr);
    queue.push(packet({"b"}, "equal"), nullptr);
    queue.push(packet({"c"}), nullptr);
    queue.push(packet({"c"}), nullptr);
    EXPECT_EQ(queue.size(), 6U);
}

TEST(Queue, AnEventWhosePlaceIsTheLastJoinsTheOneBeforeIt) {
    Queue queue;
    queue.push(packet({"a"}, "x"), nullptr);
    Packet second = packet_at(queue.reserve("a"), "a");
    second[0]->same_as = "x";
    const auto place = second[0]->place;
    queue.push(std::move(second), nullptr);
    EXPECT_EQ(place->event, nullptr);
    EXPECT_EQ(queue.size(), 1U);
    push(queue, {"a"});
    EXPECT_EQ(open_all(queue), (Ages{1}));
    finish(queue, 1);
    EXPECT_EQ(open_all(queue), (Ages{3}));
}

TEST(Queue, WhatIsJoinedIsIdleNoMore) {
    Queue queue;
    queue.push(packet({"a"}, "equal"), nullptr);
    EXPECT_EQ(queue.oldest_idle()->age, 1U);
    queue.push(packet({"a"}, "equal"), std::make_shared<Waiter>());
    EXPECT_EQ(queue.oldest_idle(), nullptr);
}

void push_replay(Queue& queue, const char* key) {
    auto event = std::move(packet({key}).front());
    event->replay = 1;
    queue.push_replay(std::move(event));
}

TEST(Queue, WhatIsOfAReplayComesLastAndIsNotDiscarded) {
    Queue queue;
    push_replay(queue, "a");
    push_replay(queue, "b");
    EXPECT_EQ(queue.oldest_idle(), nullptr);
    EXPECT_EQ(queue.oldest_live(), nullptr);
    push(queue, {"c"});
    EXPECT_EQ(queue.live(), 1U);
    EXPECT_EQ(queue.oldest_live()->key, "c");
    EXPECT_EQ(queue.open_next({})->key, "c");
    EXPECT_FALSE(queue.may_open(0));
    EXPECT_TRUE(queue.may_open(1));
    EXPECT_EQ(queue.open_next({})->key, "a");
    EXPECT_FALSE(queue.may_open(1));
    EXPECT_EQ(queue.live_open(), 1U);
    EXPECT_EQ(queue.live_waiting(), 0U);
}

TEST(Queue, WhatIsOfAReplayIsPostponedSoThatNobodyWaitsForIt) {
    Queue queue;
    push_replay(queue, "a");
    push(queue, {"a"});
    EXPECT_FALSE(queue.may_open(0));
    queue.postpone_replay("a");
    Event* const live = queue.open_next({});
    EXPECT_EQ(live->replay, 0U);
    EXPECT_FALSE(queue.may_open(9));
    queue.finish(*live);
    EXPECT_EQ(queue.open_next({})->replay, 1U);
}

TEST(Queue, WhatIsOfAReplayIsDroppedUnlessItIsOpen) {
    Queue queue;
    push_replay(queue, "a");
    push_replay(queue, "b");
    push_replay(queue, "c");
    Event* const open = queue.open_next({});
    EXPECT_FALSE(queue.drop_replay("a"));
    EXPECT_TRUE(queue.drop_replay("b"));
    push(queue, {"a"});
    EXPECT_FALSE(queue.drop_replay("a"));
    queue.drop_replay();
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_FALSE(queue.may_open(9)) << "the live event of its key waits for it";
    queue.finish(*open);
    EXPECT_EQ(queue.open_next({})->key, "a");
    EXPECT_EQ(queue.live(), queue.size());
}

}  // namespace
