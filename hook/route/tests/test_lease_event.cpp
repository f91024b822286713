#include <gtest/gtest.h>

#include "route/failure.h"
#include "route/lease_event.h"

namespace {

using namespace kea_runscript::route;
using Wish = LeaseEvent::Wish;

std::string lease4(const std::string& device = "eth1", const std::string& next_hop = "",
                   const std::string& change = "new") {
    return "EVENT=1 x\nKEA_LEASE4_ADDRESS=10.0.0.7\nKEA_LEASE4_INTERFACE=" + device +
           "\nKEA_LEASE4_NEXT_HOP=" + next_hop + "\nKEA_LEASE4_CHANGE=" + change;
}

std::string lease6(const std::string& type = "IA_PD", const std::string& next_hop = "fe80::1") {
    return "EVENT=1 x\nKEA_LEASE6_TYPE=" + type +
           "\nKEA_LEASE6_DELEGATED_PREFIX=2001:db8:1::/56\nKEA_LEASE6_INTERFACE=eth1"
           "\nKEA_LEASE6_NEXT_HOP=" +
           next_hop + "\nKEA_LEASE6_CHANGE=renewed";
}

LeaseEvent parse(const std::string& text, const char* point, int family) {
    return parse_lease_event(Frame(text), point, family);
}

std::string refusal(const std::string& text, const char* point, int family) {
    try {
        return "accepted as " + to_text(route_of(parse(text, point, family)));
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.exit(), Exit::usage);
        return failure.what();
    }
}

void expect_refusal(const std::string& text, const char* point, int family, const char* reason) {
    const std::string said = refusal(text, point, family);
    EXPECT_NE(said.find(reason), std::string::npos) << said;
}

TEST(LeaseEvent, TellsWhatBecomesOfTheRoute) {
    for (const char* change : {"new", "renewed"}) {
        EXPECT_EQ(parse(lease4("eth1", "", change), "leases4_committed", AF_INET).wish, Wish::add);
        EXPECT_EQ(parse(lease4("eth1", "", change), "lease4_changed", AF_INET).wish, Wish::add);
    }
    for (const char* change : {"deleted", "declined"}) {
        EXPECT_EQ(parse(lease4("", "", change), "leases4_committed", AF_INET).wish, Wish::del);
        EXPECT_EQ(parse(lease4("", "", change), "lease4_changed", AF_INET).wish, Wish::del);
    }
    EXPECT_EQ(parse(lease4(), "lease4_replay", AF_INET).wish, Wish::add);
    EXPECT_EQ(parse(lease4(), "lease4_expire", AF_INET).wish, Wish::del);
    EXPECT_EQ(parse(lease4(), "lease4_release", AF_INET).wish, Wish::del);
    for (const char* point : {"lease4_renew", "pkt4_receive", "lease6_expire", "lease4_", ""}) {
        EXPECT_EQ(parse("EVENT=1 x", point, AF_INET).wish, Wish::nothing) << point;
    }
}

TEST(LeaseEvent, TellsAReplay) {
    EXPECT_TRUE(parse(lease4(), "lease4_replay", AF_INET).replayed);
    EXPECT_FALSE(parse(lease4(), "leases4_committed", AF_INET).replayed);
}

TEST(LeaseEvent, GivesAnAddressAHostRoute) {
    EXPECT_EQ(to_text(route_of(parse(lease4(), "lease4_replay", AF_INET))), "10.0.0.7/32 dev eth1");
    EXPECT_EQ(to_text(route_of(parse(lease4("eth2", "10.0.0.1"), "lease4_replay", AF_INET))),
              "10.0.0.7/32 dev eth2 via 10.0.0.1");
}

TEST(LeaseEvent, LeadsADelegatedPrefixToItsRouter) {
    EXPECT_EQ(to_text(route_of(parse(lease6(), "leases6_committed", AF_INET6))),
              "2001:db8:1::/56 dev eth1 via fe80::1");
    for (const char* type : {"IA_NA", "IA_TA", ""}) {
        EXPECT_EQ(parse(lease6(type), "leases6_committed", AF_INET6).wish, Wish::nothing);
    }
}

TEST(LeaseEvent, SaysWhatIsMissingOrWrong) {
    expect_refusal("EVENT=1 x", "lease4_expire", AF_INET, "KEA_LEASE4_ADDRESS is missing");
    expect_refusal("EVENT=1 x", "lease6_expire", AF_INET6, "KEA_LEASE6_TYPE is missing");
    expect_refusal("EVENT=1 x", "lease4_changed", AF_INET, "KEA_LEASE4_CHANGE is missing");
    expect_refusal(lease4("eth1", "", "lost"), "lease4_changed", AF_INET, "'lost' is not known");
    expect_refusal("EVENT=1 x\nKEA_LEASE4_ADDRESS=fe80::1", "lease4_expire", AF_INET,
                   "not of the stream's ipv4");
    expect_refusal("EVENT=1 x\nKEA_LEASE4_ADDRESS=10.0.0.7\\x00", "lease4_expire", AF_INET,
                   "is not an address");
    expect_refusal(lease4(""), "lease4_replay", AF_INET, "nobody knows where the client of");
    expect_refusal(lease6("IA_PD", ""), "lease6_replay", AF_INET6, "nobody knows where");
    expect_refusal(lease4("a/b"), "lease4_replay", AF_INET, "is not an interface name");
    expect_refusal(lease4("eth1", "fe80::1"), "lease4_replay", AF_INET, "next hop 'fe80::1'");
    expect_refusal(lease6("IA_PD", "10.0.0.1"), "lease6_replay", AF_INET6, "like fe80::1");
}

}  // namespace
