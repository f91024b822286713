#include <gtest/gtest.h>

#include "core/config.h"

namespace {

using namespace kea_runscript::core;

Config parse(Value::Map parameters, Family family = Family::V4) {
    return parse_config(parameters, family, 2);
}

std::string refusal(Value::Map parameters, Family family = Family::V4) {
    try {
        parse(std::move(parameters), family);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}

std::vector<std::string> names(const Config& config) {
    std::vector<std::string> names;
    for (const HookPoint* point : config.hook_points) {
        names.emplace_back(point->name);
    }
    return names;
}

const Value kScript{std::string("/x/Add_Route.sh")};

TEST(Config, TakesTheOlderHooksParametersAlone) {
    const Config config = parse({{"script", kScript}, {"wait", {false}}});
    EXPECT_EQ(config.script, "/x/Add_Route.sh");
    EXPECT_EQ(config.name, "add-route-sh");
    EXPECT_FALSE(config.wait);
    EXPECT_EQ(config.timeout, std::chrono::milliseconds(3000));
    EXPECT_EQ(config.max_parallel, 4U);
    EXPECT_EQ(config.on_failure, Verdict::Continue);
    EXPECT_EQ(names(config),
              (std::vector<std::string>{"pkt4_receive", "subnet4_select", "lease4_select",
                                        "lease4_renew", "lease4_release", "lease4_decline",
                                        "pkt4_send", "lease4_expire", "lease4_recover"}));
}

TEST(Config, TakesEveryParameter) {
    const Value::List points{{std::string("leases6_committed")}, {std::string("lease6_expire")}};
    const Config config = parse({{"script", kScript},
                                 {"name", {std::string("routes-6")}},
                                 {"wait", {true}},
                                 {"timeout", {std::int64_t{250}}},
                                 {"max-parallel", {std::int64_t{16}}},
                                 {"on-failure", {std::string("drop")}},
                                 {"hook-points", {points}}},
                                Family::V6);
    EXPECT_EQ(config.name, "routes-6");
    EXPECT_EQ(config.timeout, std::chrono::milliseconds(250));
    EXPECT_EQ(config.max_parallel, 16U);
    EXPECT_EQ(config.on_failure, Verdict::Drop);
    EXPECT_EQ(names(config), (std::vector<std::string>{"leases6_committed", "lease6_expire"}));
}

TEST(Config, ManyCoresMeanManyProcesses) {
    EXPECT_EQ(parse_config({{"script", kScript}}, Family::V4, 32).max_parallel, 32U);
}

struct Refused {
    const char* parameter;
    Value value;
    const char* message;  // a part of it
};

class RefusedValue : public testing::TestWithParam<Refused> {};

TEST_P(RefusedValue, NamesParameterAndWhatIsAllowed) {
    const Refused& refused = GetParam();
    Value::Map parameters{{"script", kScript}};
    parameters[refused.parameter] = refused.value;
    const std::string message = refusal(parameters);
    EXPECT_NE(message.find(std::string("'") + refused.parameter + "'"), std::string::npos)
        << message;
    EXPECT_NE(message.find(refused.message), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedValue,
    testing::Values(
        Refused{"script", {std::string("relative.sh")}, "absolute path"},
        Refused{"script", {std::string("/etc/")}, "absolute path"},
        Refused{"script", {std::int64_t{3}}, "the number 3"},
        Refused{"name", {std::string("")}, "a-z, 0-9 and -"},
        Refused{"name", {std::string("Caps")}, "a-z, 0-9 and -"},
        Refused{"name", {std::string(33, 'a')}, "1 to 32"},
        Refused{"wait", {std::string("true")}, "without quotation marks"},
        Refused{"timeout", {std::int64_t{0}}, "milliseconds from 1 to 3600000"},
        Refused{"timeout", {2.5}, "whole number"},
        Refused{"timeout", {std::string("3s")}, "the text \"3s\""},
        Refused{"max-parallel", {std::int64_t{1000}}, "from 1 to 999"},
        Refused{"on-failure", {std::string("die")}, "\"continue\" or \"drop\""},
        Refused{"hook-points", {Value::List{}}, "a list"},
        Refused{"hook-points", {std::string("lease4_renew")}, "lease4_renew, leases4_committed"},
        Refused{"hook-points", {Value::List{{std::string("lease6_renew")}}}, "of kea-dhcp4"},
        Refused{"hook-points",
                {Value::List{{std::string("lease4_renew")}, {std::string("lease4_renew")}}},
                "without repetition"},
        Refused{"time-out", {std::int64_t{1}}, "the parameters are: hook-points, max-parallel"},
        Refused{"script", {nullptr}, "null"}));

TEST(Config, RefusesNoScript) {
    EXPECT_NE(refusal({}).find("'script' is missing"), std::string::npos);
}

TEST(Config, ShowsHostileTextEscaped) {
    EXPECT_NE(refusal({{"script", kScript}, {"a\nb", {true}}}).find("'a\\x0Ab'"),
              std::string::npos);
}

}  // namespace
