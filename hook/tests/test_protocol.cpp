#include <gtest/gtest.h>

#include "core/protocol.h"

namespace {

using namespace kea_runscript::core;

TEST(Down, FramesAreReadAsWritten) {
    DownReader reader;
    reader.feed(hello_frame({"routes", "2.6.3", "4", 8, "exec"}));
    reader.feed(event_frame(17, "lease4_renew", true, true, "KEA_A=1=2\nKEA_B=\n"));
    reader.feed(drain_frame(900));
    const auto hello = reader.next();
    ASSERT_TRUE(hello);
    EXPECT_EQ(hello->first, DownFrame::Pair("HELLO", "1"));
    EXPECT_EQ(hello->pairs.size(), 5U);
    const auto event = reader.next();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->first, DownFrame::Pair("EVENT", "17 lease4_renew"));
    EXPECT_EQ(event->pairs, (std::vector<DownFrame::Pair>{
                                {"RETRY", "1"}, {"WAIT", "1"}, {"KEA_A", "1=2"}, {"KEA_B", ""}}));
    EXPECT_EQ(reader.next()->first, DownFrame::Pair("DRAIN", "900"));
    EXPECT_FALSE(reader.next());
}

TEST(Down, AFrameMayArriveInPieces) {
    const std::string frame = event_frame(1, "x", false, false, "A=b\n");
    DownReader reader;
    for (std::size_t i = 0; i + 1 < frame.size(); ++i) {
        reader.feed({&frame[i], 1});
        EXPECT_FALSE(reader.next());
    }
    reader.feed("\n");
    EXPECT_TRUE(reader.next());
}

TEST(Down, SkipsAFrameThatIsTooLong) {
    DownReader reader;
    reader.feed(event_frame(1, "x", false, false, "A=" + std::string(70'000, 'a') + "\n"));
    reader.feed(event_frame(2, "x", false, false, ""));
    EXPECT_EQ(reader.next()->first.second, "2 x");
}

TEST(Up, ReadsEveryKindOfLine) {
    EXPECT_EQ(parse_up_line("ready 1").kind, UpKind::Ready);
    EXPECT_EQ(parse_up_line("ready 1 window=12").window, 12U);
    const UpLine done = parse_up_line("done 18446744073709551615 255 some text");
    EXPECT_EQ(done.kind, UpKind::Done);
    EXPECT_EQ(done.id, 18446744073709551615U);
    EXPECT_EQ(done.code, 255);
    const UpLine fail = parse_up_line("fail 3 signal:9 died");
    EXPECT_EQ(fail.kind, UpKind::Fail);
    EXPECT_EQ(fail.text, "signal:9 died");
    const UpLine log = parse_up_line("log warn 3 a b");
    EXPECT_EQ(log.kind, UpKind::Log);
    EXPECT_EQ(log.id, 3U);
    EXPECT_EQ(log.level, "warn");
    EXPECT_EQ(log.text, "a b");
    EXPECT_EQ(parse_up_line("log info - x").id, 0U);
    EXPECT_EQ(done.text, "some text");
    EXPECT_EQ(parse_up_line("bye").kind, UpKind::Bye);
}

class Noise : public testing::TestWithParam<const char*> {};

TEST_P(Noise, HasNoEffect) {
    const UpLine line = parse_up_line(GetParam());
    EXPECT_EQ(line.kind, UpKind::Noise);
    EXPECT_EQ(line.id, 0U);
    EXPECT_EQ(line.text, GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, Noise,
                         testing::Values("", "12 0", "done", "done 1", "done 1 256", "done 1 -1",
                                         "done x 0", "done 1 0x", "done  1 0", "done 1x 0",
                                         "Done 1 0", "done 99999999999999999999 0", "fail 1",
                                         "fail x timeout", "log 1 x", "log loud - x", "ready 2",
                                         "ready 1 window=0", "ready 1 window=1000", "ready",
                                         "doner 1 0", "bye bye", "bye "));

TEST(Up, CutsALineThatIsTooLong) {
    UpReader reader;
    reader.feed(std::string(5'000'000, 'a'));
    EXPECT_EQ(reader.next(), std::string(kMaxUpLine, 'a'));
    EXPECT_TRUE(reader.was_cut());
    EXPECT_FALSE(reader.next());
    reader.feed(std::string(9'000, 'b'));
    EXPECT_FALSE(reader.next());
    reader.feed("b\ndone 1 0\n");
    EXPECT_EQ(reader.next(), "done 1 0");
    EXPECT_FALSE(reader.was_cut());
    EXPECT_FALSE(reader.next());
    reader.feed(std::string(9'000, 'c') + "\nx\n");
    EXPECT_EQ(reader.next(), std::string(kMaxUpLine, 'c'));
    EXPECT_EQ(reader.next(), "x");
    reader.feed("half");
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.rest(), "half");
}

}  // namespace
