#include <gtest/gtest.h>

#include "core/config.h"
#include "values.h"

namespace {

using namespace kea_runscript::core;

Value texts(const std::vector<std::string>& items) {
    Value::List list;
    for (const std::string& item : items) {
        list.push_back({item});
    }
    return {std::move(list)};
}

std::vector<std::string> names(const Config& config) {
    std::vector<std::string> names;
    for (const HookPoint* point : config.hook_points) {
        names.emplace_back(point->name);
    }
    return names;
}

std::vector<std::string> fields(const Config& config) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kVariables; ++i) {
        if (config.fields.test(i)) {
            names.emplace_back(name_of(static_cast<Variable>(i)));
        }
    }
    return names;
}

Config parse(const Value::Map& parameters, Family family = Family::V4, unsigned cores = 2) {
    return parse_config(parameters, family, cores).at(0);
}

const Value kScript = text("/x/Add_Route.sh");

TEST(Config, TakesTheOlderHooksParametersAlone) {
    const Config config = parse({{"script", kScript}, {"wait", {false}}});
    EXPECT_EQ(config.script, "/x/Add_Route.sh");
    EXPECT_EQ(config.name, "add-route-sh");
    EXPECT_EQ(config.mode, Mode::Exec);
    EXPECT_FALSE(config.wait);
    EXPECT_EQ(config.timeout, std::chrono::milliseconds(3000));
    EXPECT_EQ(config.max_parallel, 4U);
    EXPECT_EQ(config.queue_limit, 10'000U);
    EXPECT_EQ(config.on_failure, Verdict::Continue);
    EXPECT_EQ(config.variables, Dialect::Kea);
    EXPECT_EQ(names(config),
              (std::vector<std::string>{"pkt4_receive", "subnet4_select", "lease4_select",
                                        "lease4_renew", "lease4_release", "lease4_decline",
                                        "pkt4_send", "lease4_expire", "lease4_recover"}));
}

TEST(Config, TakesEveryParameterOfAScript) {
    const Config config =
        parse({{"script", kScript},
               {"name", text("routes-6")},
               {"mode", text("worker")},
               {"hook-points", texts({"lease6_renew", "lease6_rebind"})},
               {"wait", {true}},
               {"timeout", number(250)},
               {"max-parallel", number(16)},
               {"queue-limit", number(7)},
               {"on-failure", text("drop")},
               {"exit-codes", map({{"0", text("continue")}, {"255", text("skip")}})},
               {"options", list({number(65535), text("vendor-class"), number(1)})},
               {"fields", texts({"KEA_LEASE6_ADDRESS", "KEA_QUERY6_RELAY<n>_REMOTE_ID"})},
               {"variables", text("kea")},
               {"environment", map({{"_TABLE1", text("a\nb")}, {"EMPTY", text("")}})},
               {"arguments", texts({"--verbose", "", "--verbose"})},
               {"subnets", list({number(1), number(4'294'967'294)})},
               {"client-classes", texts({"gold", "silver plated"})}},
              Family::V6);
    EXPECT_EQ(config.name, "routes-6");
    EXPECT_EQ(config.mode, Mode::Worker);
    EXPECT_EQ(names(config), (std::vector<std::string>{"lease6_renew", "lease6_rebind"}));
    EXPECT_EQ(config.timeout, std::chrono::milliseconds(250));
    EXPECT_EQ(config.max_parallel, 16U);
    EXPECT_EQ(config.queue_limit, 7U);
    EXPECT_EQ(config.on_failure, Verdict::Drop);
    EXPECT_EQ(config.exit_codes,
              (std::map<int, Verdict>{{0, Verdict::Continue}, {255, Verdict::Skip}}));
    EXPECT_EQ(config.options, (std::vector<std::string>{"65535", "vendor-class", "1"}));
    EXPECT_EQ(fields(config),
              (std::vector<std::string>{"KEA_LEASE6_ADDRESS", "KEA_QUERY6_RELAY<n>_REMOTE_ID"}));
    EXPECT_EQ(config.environment,
              (std::map<std::string, std::string>{{"EMPTY", ""}, {"_TABLE1", "a\nb"}}));
    EXPECT_EQ(config.arguments, (std::vector<std::string>{"--verbose", "", "--verbose"}));
    EXPECT_EQ(config.subnets, (std::vector<std::uint32_t>{1, 4'294'967'294}));
    EXPECT_EQ(config.client_classes, (std::vector<std::string>{"gold", "silver plated"}));
}

TEST(Config, TakesASocketAndItsUser) {
    const Config config =
        parse({{"socket", text("/run/routes.sock")}, {"socket-user", text("r1")}});
    EXPECT_EQ(config.mode, Mode::Socket);
    EXPECT_EQ(config.socket, "/run/routes.sock");
    EXPECT_EQ(config.socket_user, "r1");
    EXPECT_EQ(config.name, "routes-sock");
    EXPECT_EQ(config.max_parallel, 64U);
}

TEST(Config, TakesEmptyDefaults) {
    const Config config = parse({{"script", kScript},
                                 {"options", list({})},
                                 {"exit-codes", map({})},
                                 {"environment", map({})},
                                 {"arguments", list({})}});
    EXPECT_TRUE(config.options.empty());
}

TEST(Config, ManyCoresMeanManyProcesses) {
    EXPECT_EQ(parse({{"script", kScript}}, Family::V4, 32).max_parallel, 32U);
    EXPECT_EQ(parse({{"script", kScript}}, Family::V4, 2000).max_parallel, 999U);
    EXPECT_EQ(parse({{"script", kScript}, {"mode", text("worker")}}, Family::V4, 32).max_parallel,
              64U);
}

TEST(Config, FieldsAreThoseOfTheHookPoints) {
    const Config config =
        parse({{"script", kScript}, {"hook-points", texts({"lease4_expire", "subnet4_select"})}});
    const Selection expected =
        find_hook_point("lease4_expire")->variables | find_hook_point("subnet4_select")->variables;
    EXPECT_EQ(config.fields, expected);
    EXPECT_TRUE(parse({{"script", kScript}, {"fields", list({})}}).fields.none());
}

TEST(Config, TheIscDialectHasTheHookPointsOfItsHook) {
    EXPECT_EQ(names(parse({{"script", kScript}, {"variables", text("isc")}})),
              (std::vector<std::string>{"lease4_renew", "leases4_committed", "lease4_release",
                                        "lease4_decline", "lease4_expire", "lease4_recover"}));
}

TEST(Config, TheIscDialectTakesTheParametersOfItsHook) {
    const Value isc = text("isc");
    const Value name = text("/x/Add_Route.sh");
    const Config config = parse({{"variables", isc}, {"name", name}, {"sync", {false}}});
    EXPECT_EQ(config.script, "/x/Add_Route.sh");
    EXPECT_EQ(config.name, "add-route-sh");
    EXPECT_FALSE(config.wait);
    EXPECT_TRUE(parse({{"variables", isc}, {"name", name}, {"sync", {true}}}).wait);
    EXPECT_FALSE(parse({{"variables", isc}, {"name", name}}).wait);
    EXPECT_TRUE(parse({{"variables", isc}, {"name", name}, {"wait", {true}}}).wait);
}

TEST(Config, TheIscDialectComputesNothingOfTheContract) {
    EXPECT_TRUE(parse({{"script", kScript}, {"variables", text("isc")}}).fields.none());
}

TEST(Config, TellsDefaultHookPointsFromListedOnes) {
    EXPECT_TRUE(parse({{"script", kScript}}).default_hook_points);
    EXPECT_FALSE(
        parse({{"script", kScript}, {"hook-points", texts({"lease4_renew"})}}).default_hook_points);
}

TEST(Config, TakesSeveralScripts) {
    const auto configs =
        parse_config({{"scripts", list({map({{"script", kScript}, {"wait", {false}}}),
                                        map({{"script", kScript}, {"name", text("other")}}),
                                        map({{"socket", text("/run/third")}})})}},
                     Family::V4, 2);
    ASSERT_EQ(configs.size(), 3U);
    EXPECT_EQ(configs[0].name, "add-route-sh");
    EXPECT_FALSE(configs[0].wait);
    EXPECT_EQ(configs[1].name, "other");
    EXPECT_TRUE(configs[1].wait);
    EXPECT_EQ(configs[2].socket, "/run/third");
}

TEST(Config, ShowsHostileTextEscaped) {
    try {
        parse({{"script", kScript}, {"a\nb", {true}}});
        FAIL() << "accepted";
    } catch (const ConfigError& error) {
        EXPECT_NE(std::string(error.what()).find("'a\\x0Ab'"), std::string::npos) << error.what();
    }
}

}  // namespace
