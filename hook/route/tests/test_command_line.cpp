#include <gtest/gtest.h>

#include "route/command_line.h"
#include "route/failure.h"

namespace {

using namespace kea_runscript::route;

std::string refusal(const Words& words) {
    try {
        parse_command(words);
        return "accepted";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.exit(), Exit::usage);
        return failure.what();
    }
}

void expect_refusal(const Words& words, const char* reason) {
    const std::string text = refusal(words);
    EXPECT_NE(text.find(reason), std::string::npos) << text;
}

TEST(CommandLine, ReadsAFullRoute) {
    const Command command =
        parse_command(split("add 2001:db8:1::/56 table 100 via fe80::1 dev eth1.7"));
    EXPECT_EQ(command.action, Action::add);
    EXPECT_EQ(to_text(command.route.destination), "2001:db8:1::/56");
    EXPECT_EQ(command.route.device, "eth1.7");
    EXPECT_TRUE(command.route.next_hop == parse_address("fe80::1"));
    EXPECT_EQ(command.route.table, 100U);
}

TEST(CommandLine, DelNeedsOnlyThePrefix) {
    const Command command = parse_command(split("del 192.0.2.7"));
    EXPECT_EQ(command.action, Action::del);
    EXPECT_EQ(to_text(command.route.destination), "192.0.2.7/32");
    EXPECT_TRUE(command.route.device.empty());
    EXPECT_FALSE(command.route.next_hop);
    EXPECT_EQ(command.route.table, 0U);
}

TEST(CommandLine, SaysWhatIsWrong) {
    expect_refusal({}, "--help");
    expect_refusal({"add"}, "--help");
    expect_refusal({"replace", "10.0.0.0/8"}, "--help");
    expect_refusal(split("add 10.0.0.1"), "write `add 10.0.0.1/32 dev IFACE`");
    expect_refusal(split("add 10.0.0.1 dev"), "'dev' lacks its value");
    expect_refusal(split("add 10.0.0.1 dev eth1 dev eth2"), "'dev' is given twice");
    expect_refusal(split("add 10.0.0.1 dev eth1 proto 2"),
                   "'proto' is not known here: use dev, via, table");
    expect_refusal(split("add 10.0.0.1 dev eth1 metric 1"), "'metric' is not known here");
    expect_refusal(split("add 10.0.0.1 dev eth1 onlink"), "'onlink' is not known here");
    expect_refusal(split("add 10.0.0.1 dev eth1 via fe80::1"),
                   "via 'fe80::1' is not an address of the prefix's family");
    expect_refusal(split("add 2001:db8::/56 dev eth1 via 10.0.0.1"), "like fe80::1");
    expect_refusal(split("add 2001:db8::/56 dev eth1 via fe80::1%eth1"), "via 'fe80::1%eth1'");
    expect_refusal(split("add 10.0.0.1 dev eth1 via 10.0.0.0/24"), "via '10.0.0.0/24'");
    expect_refusal({"add", "10.0.0.1", "dev", "eth1", "via", ""}, "via ''");
}

TEST(CommandLine, ReadsWhatReplaysNeed) {
    EXPECT_EQ(parse_command({"sync"}).action, Action::sync);
    EXPECT_EQ(parse_command({"replay-begin", "ipv4"}).family, AF_INET);
    EXPECT_EQ(parse_command({"flush", "ipv6"}).family, AF_INET6);
    EXPECT_EQ(parse_command(split("claim 2001:db8::/56")).family, AF_INET6);
    EXPECT_EQ(parse_command({"replay-end", "ipv6", "4294967295"}).leases, 4294967295U);
    expect_refusal({"sync", "ipv4"}, "write `sync`");
    expect_refusal({"flush"}, "write `flush FAMILY`");
    expect_refusal({"flush", "10.0.0.0/8"}, "write ipv4 or ipv6");
    expect_refusal({"replay-begin", "4"}, "write ipv4 or ipv6");
    expect_refusal({"replay-end", "ipv4"}, "write `replay-end FAMILY LEASES`");
    for (const char* leases : {"", "-1", "4294967296", "1 ", "x"}) {
        expect_refusal({"replay-end", "ipv4", leases}, "the number of leases");
    }
    expect_refusal({"claim"}, "claim needs a PREFIX");
}

TEST(CommandLine, TakesOnlyOrdinaryInterfaceNames) {
    for (const char* name : {"", ".", "..", "-a", "eth1/../x", "eth 1", "eth1\n", "eth1;id",
                             "$(id)", "a@b", "eth1:1", "abcdefghijklmnop", "\xc3\xa9th"}) {
        expect_refusal({"del", "10.0.0.1", "dev", name}, "is not an interface name");
    }
    for (const char* name : {"eth1", "br-lan.100", "abcdefghijklmno", "_x", "0"}) {
        EXPECT_EQ(parse_command({"del", "10.0.0.1", "dev", name}).route.device, name);
    }
}

TEST(CommandLine, TakesMainOrANumberAsTable) {
    EXPECT_EQ(parse_command(split("del 10.0.0.1 table main")).route.table, 254U);
    EXPECT_EQ(parse_command(split("del 10.0.0.1 table 4294967295")).route.table, 4294967295U);
    expect_refusal(split("del 10.0.0.1 table 255"), "table 255 holds the kernel's own addresses");
    for (const char* table : {"local", "0", "-1", "4294967296", "1e3", "", "0x64"}) {
        expect_refusal({"del", "10.0.0.1", "table", table}, "is not a number from 1");
    }
}

}  // namespace
