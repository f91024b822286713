#include <gtest/gtest.h>

#include "route/bounds.h"
#include "route/tests/refusal.h"

namespace {

using namespace kea_runscript::route;

std::string not_routable(const char* destination, const char* next_hop = nullptr) {
    Route route;
    route.destination = parse_prefix(destination);
    if (next_hop != nullptr) {
        route.next_hop = parse_address(next_hop);
    }
    return refusal([&] { require_routable(route); });
}

TEST(Bounds, RefusesDefaultRoutes) {
    EXPECT_NE(not_routable("0.0.0.0/0").find("is a default route"), std::string::npos);
    EXPECT_NE(not_routable("::/0").find("is a default route"), std::string::npos);
}

TEST(Bounds, RefusesWhatIsNotUnicast) {
    for (const char* prefix :
         {"127.0.0.1", "127.0.0.0/8", "0.0.0.0/1", "128.0.0.0/1", "224.0.0.0/3", "239.1.1.1",
          "255.255.255.255", "240.0.0.0/4", "0.0.0.0", "64.0.0.0/2", "::", "::1", "ff02::/16",
          "::/1", "8000::/1", "::ffff:10.0.0.1", "::/96"}) {
        EXPECT_NE(not_routable(prefix).find(" touches "), std::string::npos) << prefix;
    }
    for (const char* next_hop : {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"}) {
        EXPECT_NE(not_routable("10.0.0.1", next_hop).find("via"), std::string::npos) << next_hop;
    }
    for (const char* next_hop : {"::", "::1", "ff02::1", "::ffff:10.0.0.1"}) {
        EXPECT_NE(not_routable("2001:db8::/56", next_hop).find("via"), std::string::npos)
            << next_hop;
    }
}

TEST(Bounds, AllowsUnicast) {
    EXPECT_EQ(not_routable("10.0.0.1", "10.0.0.254"), "");
    EXPECT_EQ(not_routable("100.64.0.0/10"), "");
    EXPECT_EQ(not_routable("2001:db8::/32", "fe80::1"), "");
    EXPECT_EQ(not_routable("fd00::/8", "fd00::1"), "");
}

TEST(Bounds, RefusesToCoverAConnectedNetwork) {
    const std::vector<Prefix> connected{parse_prefix("10.0.0.0/24"), parse_prefix("192.0.2.1")};
    const auto covers = [&](const char* prefix) {
        return refusal([&] { require_not_connected(parse_prefix(prefix), connected); });
    };
    EXPECT_NE(covers("10.0.0.0/24").find("covers 10.0.0.0/24"), std::string::npos);
    EXPECT_NE(covers("10.0.0.0/8").find("covers 10.0.0.0/24"), std::string::npos);
    EXPECT_NE(covers("192.0.2.1").find("covers 192.0.2.1/32"), std::string::npos);
    EXPECT_EQ(covers("10.0.0.128/25"), "");
    EXPECT_EQ(covers("10.0.1.0/24"), "");
    EXPECT_EQ(covers("192.0.2.2"), "");
}

}  // namespace
