#include <gtest/gtest.h>

#include "core/escape.h"
#include "core/frame.h"

namespace {

using namespace kea_runscript::core;

TEST(Escape, LeavesNoControlCharacterAndLosesNothing) {
    std::string all;
    for (int octet = 1; octet < 256; ++octet) {
        all += static_cast<char>(octet);
    }
    const std::string line = escaped(all);
    for (const char c : line) {
        const auto octet = static_cast<unsigned char>(c);
        EXPECT_TRUE(octet >= 0x20 && octet != 0x7F);
    }
    EXPECT_EQ(unescaped_for_environment(line), all);
}

TEST(Escape, KeepsANulEscapedInTheEnvironment) {
    EXPECT_EQ(escaped(std::string("a\0b", 3)), "a\\x00b");
    EXPECT_EQ(unescaped_for_environment("a\\x00b"), "a\\x00b");
}

TEST(Escape, LeavesWhatIsNoEscape) {
    EXPECT_EQ(unescaped_for_environment("\\q \\x4 \\xGG \\"), "\\q \\x4 \\xGG \\");
}

TEST(Frame, HoldsOneLineForEachVariable) {
    Frame frame;
    frame.add("KEA_SUBNET4", "192.0.2.0/24");
    frame.add("KEA_LEASE4_", "HOSTNAME", "a\nb");
    frame.add("KEA_LEASE4_", "HWADDR", "");
    EXPECT_EQ(frame.lines(),
              "KEA_SUBNET4=192.0.2.0/24\nKEA_LEASE4_HOSTNAME=a\\x0Ab\nKEA_LEASE4_HWADDR=\n");
}

TEST(Frame, NamesWhatDidNotFit) {
    Frame frame;
    frame.add("KEA_A", std::string(40'000, 'a'));
    frame.add("KEA_B", std::string(20'000, '\n'));
    frame.add("KEA_C", "c");
    const std::string lines = frame.lines();
    EXPECT_LT(lines.size(), Frame::kMaxOctets);
    EXPECT_EQ(lines.substr(40'007), "KEA_C=c\nTRUNCATED=KEA_B\n");
}

}  // namespace
