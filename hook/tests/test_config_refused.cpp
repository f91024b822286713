// Every parameter with a wrong type, a wrong value, and in a wrong combination.
#include <gtest/gtest.h>

#include "core/config.h"
#include "values.h"

namespace {

using namespace kea_runscript::core;

using List = Value::List;
using Map = Value::Map;

struct Refused {
    const char* parameter;
    Map parameters;       // beside `script`
    const char* message;  // a part of it
};

void PrintTo(const Refused& refused, std::ostream* out) {
    *out << refused.parameter << ": " << refused.message;
}

std::string refusal(const Map& parameters) {
    try {
        parse_config(parameters, Family::V4, 2);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}

class RefusedConfig : public testing::TestWithParam<Refused> {};

TEST_P(RefusedConfig, NamesParameterAndRemedy) {
    const Refused& refused = GetParam();
    Map parameters = refused.parameters;
    if (parameters.count("socket") == 0 && parameters.count("scripts") == 0) {
        parameters.try_emplace("script", text("/x/y"));
    }
    const std::string message = refusal(parameters);
    EXPECT_NE(message.find(std::string("'") + refused.parameter), std::string::npos) << message;
    EXPECT_NE(message.find(refused.message), std::string::npos) << message;
}

const Value kRenew{List{text("lease4_renew")}};
const Value kCommitted{List{text("leases4_committed")}};
const Value kExpire{List{text("lease4_expire")}};

const std::vector<Refused> kTypes{
    Refused{"script", {{"script", number(3)}}, "is the number 3; it must be the absolute path"},
    Refused{"script", {{"script", {nullptr}}}, "is null"},
    Refused{"socket", {{"socket", {List{}}}}, "is a list; it must be the absolute path"},
    Refused{
        "socket-user", {{"socket", text("/s")}, {"socket-user", number(0)}}, "the name of a user"},
    Refused{"scripts", {{"scripts", text("/x")}}, "a list of maps"},
    Refused{"scripts", {{"scripts", {List{text("/x")}}}}, "entry 1 of 'scripts': it is the text"},
    Refused{"name", {{"name", {true}}}, "is true; it must be 1 to 32"},
    Refused{"mode", {{"mode", number(1)}}, "one of \"exec\", \"worker\""},
    Refused{"hook-points", {{"hook-points", text("lease4_renew")}}, "a list of hook points"},
    Refused{"wait", {{"wait", text("true")}}, "without quotation marks"},
    Refused{"timeout", {{"timeout", text("3s")}}, "is the text \"3s\"; it must be a whole"},
    Refused{"timeout", {{"timeout", {2.5}}}, "a whole number of milliseconds"},
    Refused{"max-parallel", {{"max-parallel", text("4")}}, "a whole number from 1 to 999"},
    Refused{"queue-limit", {{"queue-limit", {false}}}, "a whole number from 1 to 1000000"},
    Refused{"on-failure", {{"on-failure", {false}}}, "one of \"continue\", \"drop\""},
    Refused{"exit-codes", {{"exit-codes", {List{}}}}, "a map from exit codes"},
    Refused{"exit-codes", {{"exit-codes", {Map{{"3", number(1)}}}}}, "\"skip\", \"drop\""},
    Refused{"options", {{"options", number(82)}}, "a list of DHCP options"},
    Refused{"options", {{"options", {List{{true}}}}}, "lists true; it must list DHCP options"},
    Refused{"fields", {{"fields", text("KEA_LEASE4_TYPE")}}, "a list of variables of kea-dhcp4"},
    Refused{
        "fields", {{"fields", {List{number(1)}}}}, "lists the number 1; it must list variables"},
    Refused{"variables", {{"variables", {Map{}}}}, "one of \"kea\", \"isc\""},
    Refused{"environment", {{"environment", {List{}}}}, "a map from names"},
    Refused{"environment", {{"environment", {Map{{"A", number(1)}}}}}, "a text without NUL"},
    Refused{"arguments", {{"arguments", text("-v")}}, "a list of texts"},
    Refused{"arguments", {{"arguments", {List{number(1)}}}}, "must list texts"},
    Refused{"subnets", {{"subnets", number(1)}}, "a list of ids of subnets"},
    Refused{"subnets", {{"subnets", {List{text("1")}}}}, "must list ids of subnets"},
    Refused{"client-classes", {{"client-classes", text("a")}}, "a list of names of client"},
    Refused{"client-classes", {{"client-classes", {List{number(1)}}}}, "must list names of client"},
};
INSTANTIATE_TEST_SUITE_P(Types, RefusedConfig, testing::ValuesIn(kTypes));

const std::vector<Refused> kValues{
    Refused{"script", {{"script", text("relative.sh")}}, "the absolute path of an executable"},
    Refused{"script", {{"script", text("/etc/")}}, "the absolute path of an executable"},
    Refused{"script", {{"script", text(std::string("/a\0b", 4))}}, "\"/a\\x00b\""},
    Refused{"socket", {{"socket", text("run/s")}}, "absolute path of a unix socket"},
    Refused{"socket", {{"socket", text("/" + std::string(107, 's'))}}, "at most 107"},
    Refused{
        "socket-user", {{"socket", text("/s")}, {"socket-user", text("a b")}}, "name of a user"},
    Refused{"scripts", {{"scripts", {List{}}}}, "is an empty list"},
    Refused{"name", {{"name", text("")}}, "1 to 32 of the characters a-z, 0-9 and -"},
    Refused{"name", {{"name", text("Caps")}}, "1 to 32 of the characters a-z, 0-9 and -"},
    Refused{"name", {{"name", text(std::string(33, 'a'))}}, "1 to 32"},
    Refused{"mode", {{"mode", text("socket")}}, "one of \"exec\", \"worker\""},
    Refused{"hook-points", {{"hook-points", {List{}}}}, "is an empty list"},
    Refused{"hook-points",
            {{"hook-points", {List{text("lease6_renew")}}}},
            "of kea-dhcp4: pkt4_receive, subnet4_select"},
    Refused{"hook-points",
            {{"hook-points", {List{text("lease4_renew"), text("lease4_renew")}}}},
            "lists the text \"lease4_renew\" twice"},
    Refused{"timeout", {{"timeout", number(0)}}, "from 1 to 3600000"},
    Refused{"timeout", {{"timeout", number(3'600'001)}}, "from 1 to 3600000"},
    Refused{"max-parallel", {{"max-parallel", number(1000)}}, "from 1 to 999"},
    Refused{"queue-limit", {{"queue-limit", number(-1)}}, "from 1 to 1000000"},
    Refused{"on-failure", {{"on-failure", text("skip")}}, "one of \"continue\", \"drop\""},
    Refused{"exit-codes", {{"exit-codes", {Map{{"256", text("skip")}}}}}, "\"0\" to \"255\""},
    Refused{"exit-codes", {{"exit-codes", {Map{{"03", text("skip")}}}}}, "exit code \"03\""},
    Refused{"exit-codes", {{"exit-codes", {Map{{"x\n", text("skip")}}}}}, "exit code \"x\\x0A\""},
    Refused{"exit-codes", {{"exit-codes", {Map{{"3", text("die")}}}}}, "\"skip\", \"drop\""},
    Refused{"options", {{"options", {List{number(255)}}}}, "its number from 1 to 254"},
    Refused{"options", {{"options", {List{number(0)}}}}, "its number from 1 to 254"},
    Refused{"options", {{"options", {List{text("82")}}}}, "lists the text \"82\""},
    Refused{"options", {{"options", {List{text("a b")}}}}, "by the name that Kea has for it"},
    Refused{"options", {{"options", {List{number(82), number(82)}}}}, "lists the number 82 twice"},
    Refused{"fields", {{"fields", {List{text("KEA_LEASE6_ADDRESS")}}}}, "of kea-dhcp4: KEA_QUERY4"},
    Refused{"fields", {{"fields", {List{text("kea")}}}}, "lists the text \"kea\""},
    Refused{"fields",
            {{"fields", {List{text("KEA_LEASE4_TYPE"), text("KEA_LEASE4_TYPE")}}}},
            "\"KEA_LEASE4_TYPE\" twice"},
    Refused{"variables", {{"variables", text("older")}}, "one of \"kea\", \"isc\""},
    Refused{"environment", {{"environment", {Map{{"a", text("")}}}}}, "the name \"a\""},
    Refused{"environment", {{"environment", {Map{{"1A", text("")}}}}}, "begin with a digit"},
    Refused{"environment", {{"environment", {Map{{"KEA_X", text("")}}}}}, "or with KEA_"},
    Refused{"environment", {{"environment", {Map{{"", text("")}}}}}, "the name \"\""},
    Refused{"environment",
            {{"environment", {Map{{"A", text(std::string("\0", 1))}}}}},
            "a text without NUL"},
    Refused{"arguments", {{"arguments", {List{text(std::string("\0", 1))}}}}, "without NUL"},
    Refused{"subnets", {{"subnets", {List{number(0)}}}}, "from 1 to 4294967294"},
    Refused{"subnets", {{"subnets", {List{}}}}, "is an empty list"},
    Refused{"subnets", {{"subnets", {List{number(1), number(1)}}}}, "lists the number 1 twice"},
    Refused{"client-classes", {{"client-classes", {List{}}}}, "is an empty list"},
    Refused{"client-classes", {{"client-classes", {List{text("")}}}}, "the text \"\""},
    Refused{"client-classes", {{"client-classes", {List{text("a"), text("a")}}}}, "twice"},
};
INSTANTIATE_TEST_SUITE_P(Values, RefusedConfig, testing::ValuesIn(kValues));

const std::vector<Refused> kCombinations{
    Refused{"time-out", {{"time-out", number(1)}}, "the parameters are: arguments, client-classes"},
    Refused{"script", {{"script", text("/x")}, {"socket", text("/s")}}, "exclude each other"},
    Refused{"socket-user", {{"socket-user", text("a")}}, "is for 'socket'"},
    Refused{"mode", {{"socket", text("/s")}, {"mode", text("worker")}}, "is for 'script'"},
    Refused{"arguments", {{"socket", text("/s")}, {"arguments", {List{}}}}, "is for 'script'"},
    Refused{"environment", {{"socket", text("/s")}, {"environment", {Map{}}}}, "is for 'script'"},
    Refused{"exit-codes",
            {{"wait", {false}}, {"exit-codes", {Map{{"3", text("continue")}}}}},
            "with 'wait' false leave it out"},
    Refused{"exit-codes",
            {{"hook-points", kCommitted}, {"exit-codes", {Map{{"3", text("skip")}}}}},
            "makes 3 \"skip\", which Kea does not honour at 'leases4_committed', only "
            "\"continue\", \"drop\""},
    Refused{"exit-codes",
            {{"hook-points", kRenew}, {"exit-codes", {Map{{"3", text("drop")}}}}},
            "only \"continue\", \"skip\""},
    Refused{"exit-codes",
            {{"hook-points", kExpire}, {"exit-codes", {Map{{"3", text("skip")}}}}},
            "at 'lease4_expire', only \"continue\";"},
    Refused{"variables",
            {{"mode", text("worker")}, {"variables", text("isc")}},
            "'script' in 'mode' \"exec\" only"},
    Refused{"variables", {{"socket", text("/s")}, {"variables", text("isc")}}, "'script'"},
    Refused{"fields", {{"variables", text("isc")}, {"fields", {List{}}}}, "with \"isc\" leave"},
    Refused{"options", {{"variables", text("isc")}, {"options", {List{}}}}, "with \"isc\" leave"},
    Refused{"sync", {{"variables", text("isc")}, {"sync", {true}}}, "is not known"},
    Refused{"hook-points",
            {{"variables", text("isc")}, {"hook-points", {List{text("pkt4_send")}}}},
            "where ISC's hook runs nothing"},
    Refused{"fields",
            {{"hook-points", kRenew}, {"fields", {List{text("KEA_REMOVE_LEASE")}}}},
            "which none of the 'hook-points' has"},
    Refused{
        "options", {{"hook-points", kExpire}, {"options", {List{number(82)}}}}, "needs a packet"},
    Refused{"subnets", {{"subnets", {List{number(1)}}}}, "which 'pkt4_receive' does not have"},
    Refused{"client-classes",
            {{"client-classes", {List{text("a")}}}},
            "which 'lease4_expire' does not have"},
    Refused{"wait", {{"scripts", {List{}}}, {"wait", {true}}}, "is beside 'scripts'"},
    Refused{"scripts",
            {{"scripts", {List{{Map{{"script", text("/x")}, {"scripts", {List{}}}}}}}}},
            "is not known"},
    Refused{"timeout",
            {{"scripts",
              {List{{Map{{"script", text("/x")}}},
                    {Map{{"script", text("/z")}, {"timeout", number(0)}}}}}}},
            "entry 2 of 'scripts': parameter 'timeout' is the number 0"},
    Refused{"name",
            {{"scripts", {List{{Map{{"script", text("/x/a")}}}, {Map{{"script", text("/y/a")}}}}}}},
            "is \"a\", as is that of entry 1; give each entry a 'name' of its own"},
};
INSTANTIATE_TEST_SUITE_P(Combinations, RefusedConfig, testing::ValuesIn(kCombinations));

// The table's tests have `script`, beside which ISC's parameters are unknown.
TEST(RefusedConfig, IscsParametersStandForOurs) {
    const Map iscs{{"variables", text("isc")}, {"name", text("/x/y")}};
    const auto with = [&iscs](const char* parameter, const Value& value) {
        Map parameters = iscs;
        parameters[parameter] = value;
        return refusal(parameters);
    };
    EXPECT_NE(with("sync", text("no")).find("'sync' is the text \"no\""), std::string::npos);
    EXPECT_NE(with("script", text("/x/z")).find("'name' is the text"), std::string::npos);
    EXPECT_NE(with("variables", text("kea")).find("'name' is the text"), std::string::npos);
    Map both = iscs;
    both["wait"] = both["sync"] = {true};
    EXPECT_NE(refusal(both).find("'sync' and 'wait' mean the same"), std::string::npos);
}

TEST(RefusedConfig, NeedsSomethingToRun) {
    EXPECT_NE(refusal({}).find("'script' is missing"), std::string::npos);
}

}  // namespace
