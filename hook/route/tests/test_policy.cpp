#include <gtest/gtest.h>

#include "route/policy.h"
#include "route/tests/refusal.h"
#include "route/words.h"

namespace {

using namespace kea_runscript::route;
using Places = std::vector<std::string>;

Route route(const char* destination, const char* device = "", std::uint32_t table = RT_TABLE_MAIN) {
    return {parse_prefix(destination), device, std::nullopt, table};
}

const char* const rules = R"(# the access network
allow 10.0.0.0/8 dev eth1 min-length 24

  allow	2001:db8::/32 dev eth1 min-length 48 max-length 64 # delegated
allow 10.9.0.0/16 table 100
allow 10.1.0.0/16 dev eth2
allow 172.16.0.0/12)";

class PolicyTest : public testing::Test {
protected:
    std::string refused(const Route& wanted) const {
        return refusal([&] { policy.require_allowed(wanted); });
    }

    /// What is allowed, each as "INTERFACE TABLE".
    Places places(const Route& wanted) const {
        Places places;
        for (const Route& allowed : policy.allowed(wanted)) {
            EXPECT_EQ(allowed.destination, wanted.destination);
            places.push_back(allowed.device + " " + table_name(allowed.table));
        }
        return places;
    }

    const Policy policy = Policy::parse(rules, "routes.conf");
};

TEST_F(PolicyTest, AllowsInsideOnly) {
    EXPECT_EQ(places(route("10.3.0.1", "eth1")), Places{"eth1 main"});
    EXPECT_EQ(places(route("2001:db8:1::/56", "eth1")), Places{"eth1 main"});
    EXPECT_EQ(places(route("172.16.0.0/12", "eth7")), Places{"eth7 main"});
    EXPECT_NE(refused(route("11.0.0.1", "eth1")), "");
    EXPECT_NE(refused(route("172.0.0.0/11", "eth1")), "");
    EXPECT_NE(refused(route("2001:db9::/56", "eth1")), "");
}

TEST_F(PolicyTest, BindsToTheInterface) {
    EXPECT_EQ(places(route("10.1.0.1", "eth2")), Places{"eth2 main"});
    EXPECT_EQ(refused(route("10.3.0.1", "eth2")),
              "no rule of routes.conf allows 10.3.0.1/32 dev eth2: if it is wanted, "
              "add `allow 10.3.0.1/32 dev eth2` there");
    EXPECT_NE(refused(route("10.3.0.1", "eth11")), "");
}

TEST_F(PolicyTest, BindsToTheTable) {
    EXPECT_EQ(places(route("10.9.0.1", "eth5", 100)), Places{"eth5 100"});
    EXPECT_NE(refused(route("10.9.0.1", "eth5")), "");
    EXPECT_NE(refused(route("172.16.0.1", "eth1", 100)), "");
}

TEST_F(PolicyTest, BindsToTheLength) {
    EXPECT_EQ(places(route("10.3.0.0/24", "eth1")), Places{"eth1 main"});
    EXPECT_NE(refused(route("10.3.0.0/23", "eth1")), "");
    EXPECT_NE(refused(route("2001:db8:1::/65", "eth1")), "");
    EXPECT_NE(refused(route("2001:db8::/47", "eth1")), "");
}

TEST_F(PolicyTest, GivesEachAllowedInterfaceWhereNoneIsNamed) {
    EXPECT_EQ(places(route("10.1.0.1")), (Places{"eth1 main", "eth2 main"}));
    EXPECT_EQ(places(route("172.16.0.1")), Places{" main"});
    EXPECT_NE(refused(route("11.0.0.1")), "");
}

TEST_F(PolicyTest, GivesEachAllowedTableWhereNoneIsNamed) {
    EXPECT_EQ(places(route("10.9.0.1", "eth1", RT_TABLE_UNSPEC)),
              (Places{"eth1 100", "eth1 main"}));
    EXPECT_EQ(places(route("10.9.0.1", "eth5", RT_TABLE_UNSPEC)), Places{"eth5 100"});
    EXPECT_EQ(places(route("10.9.0.1", "", RT_TABLE_UNSPEC)), (Places{" 100", "eth1 main"}));
    EXPECT_EQ(places(route("172.16.0.1", "eth5", RT_TABLE_UNSPEC)), Places{"eth5 main"});
    EXPECT_EQ(places(route("11.0.0.1", "eth1", RT_TABLE_UNSPEC)), Places{});
}

TEST(Policy, AllowsNothingWhenEmpty) {
    for (const char* text : {"", "\n\n", "# allow 10.0.0.0/8\n"}) {
        const Policy policy = Policy::parse(text, "routes.conf");
        EXPECT_NE(refusal([&] { policy.require_allowed(route("10.0.0.1", "eth1")); }), "") << text;
    }
}

TEST(Policy, RefusesAFileWithAWrongLine) {
    const auto wrong = [](const std::string& line) {
        return refusal([&] { Policy::parse("allow 10.0.0.0/8\n\n" + line + "\n", "routes.conf"); });
    };
    for (const char* line :
         {"deny 10.0.0.0/8", "allow", "10.0.0.0/8", "allow 10.0.0.1/8", "allow all",
          "Allow 10.0.0.0/8", "allow 10.0.0.0/8 eth1", "allow 10.0.0.0/8 dev",
          "allow 10.0.0.0/8 dev eth1 dev eth2", "allow 10.0.0.0/8 dev e/1",
          "allow 10.0.0.0/8 table local", "allow 10.0.0.0/8 table 255",
          "allow 10.0.0.0/8 min-length 7", "allow 10.0.0.0/8 max-length 33",
          "allow 10.0.0.0/8 min-length 24 max-length 16", "allow 10.0.0.0/8 via 10.0.0.1",
          "allow 10.0.0.0/8 dev eth1 table #100"}) {
        EXPECT_EQ(wrong(line).rfind("routes.conf line 3: ", 0), 0U) << line << ": " << wrong(line);
    }
    EXPECT_NE(wrong(std::string("allow 11.0.0.0\0/8", 17)).find("line 3"), std::string::npos);
}

}  // namespace
