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

Selection all() {
    return Selection().set();
}

Selection only(std::initializer_list<Variable> variables) {
    Selection selection;
    for (const Variable variable : variables) {
        selection.set(static_cast<std::size_t>(variable));
    }
    return selection;
}

TEST(Frame, HoldsOneLineForEachVariable) {
    Frame frame(all());
    frame.add_text(Variable::KEA_SUBNET4, "192.0.2.0/24");
    frame.add(Variable::KEA_LEASE4_HOSTNAME, [] { return std::string("a\nb"); });
    frame.add("KEA_QUERY4_OPTION12", "");
    EXPECT_EQ(frame.lines(),
              "KEA_SUBNET4=192.0.2.0/24\nKEA_LEASE4_HOSTNAME=a\\x0Ab\nKEA_QUERY4_OPTION12=\n");
}

TEST(Frame, ComputesOnlyWhatIsWanted) {
    Frame frame(only({Variable::KEA_LEASE4_ADDRESS}));
    frame.add(Variable::KEA_LEASE4_HOSTNAME, []() -> std::string {
        ADD_FAILURE() << "nobody wants it";
        return {};
    });
    frame.add_text(Variable::KEA_LEASE4_HWADDR, "02:00:00:00:00:01");
    frame.add_text(Variable::KEA_LEASE4_ADDRESS, "192.0.2.7");
    EXPECT_EQ(frame.lines(), "KEA_LEASE4_ADDRESS=192.0.2.7\n");
}

TEST(Frame, FillsInWhatIsWantedAndMissing) {
    Frame frame(only({Variable::KEA_LEASE4_ADDRESS, Variable::KEA_LEASE4_HOSTNAME,
                      Variable::KEA_QUERY6_RELAY_N_LINK_ADDRESS}));
    frame.add_text(Variable::KEA_LEASE4_ADDRESS, "192.0.2.7");
    frame.fill();
    EXPECT_EQ(frame.lines(), "KEA_LEASE4_ADDRESS=192.0.2.7\nKEA_LEASE4_HOSTNAME=\n");
}

TEST(Frame, NamesWhatDidNotFit) {
    Frame frame(only({Variable::KEA_LEASE4_HOSTNAME}));
    frame.add("KEA_A", std::string(40'000, 'a'));
    frame.add_text(Variable::KEA_LEASE4_HOSTNAME, std::string(20'000, '\n'));
    frame.add("KEA_C", "c");
    frame.fill();
    EXPECT_EQ(frame.lines().substr(40'007),
              "KEA_C=c\nKEA_LEASE4_HOSTNAME=\nTRUNCATED=KEA_LEASE4_HOSTNAME\n");
}

TEST(Frame, StaysBoundedHoweverMuchDoesNotFit) {
    Frame frame(all());
    frame.add("KEA_FULL", std::string(Frame::kMaxOctets - 8300, 'a'));
    for (int code = 0; code < 1000; ++code) {
        frame.add("KEA_QUERY4_OPTION" + std::to_string(code), "too much");
    }
    frame.fill();
    const std::string lines = frame.lines();
    EXPECT_LT(lines.size(), Frame::kMaxOctets - 100);
    EXPECT_EQ(lines.substr(lines.size() - 5), " ...\n");
}

}  // namespace
