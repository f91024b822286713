#include <gtest/gtest.h>

#include "core/queue.h"

namespace {

using namespace kea_runscript::core;

using Packet = std::vector<std::unique_ptr<Event>>;

Packet packet(std::initializer_list<const char*> keys) {
    Packet events;
    for (const char* key : keys) {
        events.push_back(std::make_unique<Event>());
        events.back()->key = key;
    }
    return events;
}

/// The ids of all events that may run now, opened.
std::vector<std::uint64_t> open_all(Queue& queue) {
    std::vector<std::uint64_t> ids;
    while (const Event* event = queue.open_next()) {
        ids.push_back(event->id);
    }
    return ids;
}

using Ids = std::vector<std::uint64_t>;

TEST(Queue, RunsOneKeyInOrderAndOthersBeside) {
    Queue queue;
    queue.push(packet({"a"}));
    queue.push(packet({"a"}));
    queue.push(packet({"b"}));
    EXPECT_EQ(open_all(queue), (Ids{1, 3}));
    queue.finish(*queue.find_open(1));
    EXPECT_EQ(open_all(queue), (Ids{2}));
    EXPECT_EQ(queue.open(), 2U);
}

TEST(Queue, RunsThePacketsEventsInOrder) {
    Queue queue;
    queue.push(packet({"old", "new"}));
    queue.push(packet({"new"}));
    EXPECT_EQ(open_all(queue), (Ids{1}));
    queue.finish(*queue.find_open(1));
    EXPECT_EQ(open_all(queue), (Ids{2}));
    queue.finish(*queue.find_open(2));
    EXPECT_EQ(open_all(queue), (Ids{3}));
    queue.finish(*queue.find_open(3));
    EXPECT_EQ(queue.size(), 0U);
}

TEST(Queue, PacketsInOppositeOrderDoNotLockEachOther) {
    Queue queue;
    queue.push(packet({"a", "b"}));
    queue.push(packet({"b", "a"}));
    Ids order;
    while (queue.size() != 0) {
        for (const std::uint64_t id : open_all(queue)) {
            order.push_back(id);
            queue.finish(*queue.find_open(id));
        }
    }
    EXPECT_EQ(order, (Ids{1, 2, 3, 4}));
}

TEST(Queue, WhatIsReopenedComesFirst) {
    Queue queue;
    queue.push(packet({"a"}));
    Event* const first = queue.open_next();
    queue.push(packet({"a"}));
    queue.push(packet({"b"}));
    queue.reopen(*first);
    EXPECT_EQ(queue.find_open(1), nullptr);
    EXPECT_EQ(open_all(queue), (Ids{1, 3}));
    EXPECT_TRUE(first->retry);
    EXPECT_EQ(queue.longest_open()->id, 1U);
}

TEST(Queue, DiscardingInTheMiddleKeepsTheOrder) {
    Queue queue;
    for (int i = 0; i < 3; ++i) {
        queue.push(packet({"a"}));
    }
    queue.open_next();
    EXPECT_EQ(queue.oldest_idle()->id, 2U);
    queue.finish(*queue.oldest_idle());
    EXPECT_EQ(open_all(queue), Ids{});  // 3 still waits for 1
    queue.finish(*queue.oldest_idle());
    queue.push(packet({"a"}));
    EXPECT_EQ(open_all(queue), Ids{});  // 4 waits for 1, though 3 is gone
    queue.finish(*queue.find_open(1));
    EXPECT_EQ(open_all(queue), (Ids{4}));
}

TEST(Queue, WhatAPacketWaitsForIsNotIdle) {
    Queue queue;
    Packet waited = packet({"a"});
    waited[0]->waiter = std::make_shared<Waiter>();
    const auto waiter = waited[0]->waiter;
    queue.push(std::move(waited));
    EXPECT_EQ(queue.oldest_idle(), nullptr);
    waiter->settled = true;
    EXPECT_EQ(queue.oldest_idle()->id, 1U);
}

}  // namespace
