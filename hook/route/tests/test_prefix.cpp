#include <gtest/gtest.h>

#include "route/failure.h"
#include "route/prefix.h"

namespace {

using namespace kea_runscript::route;

std::string refusal(std::string_view text) {
    try {
        return "accepted as " + to_text(parse_prefix(text));
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.exit(), Exit::usage);
        return failure.what();
    }
}

TEST(Prefix, ReadsBothFamiliesAndHostRoutes) {
    EXPECT_EQ(to_text(parse_prefix("192.0.2.0/24")), "192.0.2.0/24");
    EXPECT_EQ(to_text(parse_prefix("192.0.2.7")), "192.0.2.7/32");
    EXPECT_EQ(to_text(parse_prefix("2001:DB8:0::/48")), "2001:db8::/48");
    EXPECT_EQ(to_text(parse_prefix("2001:db8::1")), "2001:db8::1/128");
    EXPECT_EQ(to_text(parse_prefix("0.0.0.0/0")), "0.0.0.0/0");
}

TEST(Prefix, RefusesWhatIsNoAddress) {
    using namespace std::string_view_literals;
    for (const auto text : {""sv, "/"sv, "/24"sv, "default"sv, "10.0.0"sv, "010.0.0.1"sv,
                            "0x0a.0.0.1"sv, "10.0.0.1 "sv, " 10.0.0.1"sv, "10.0.0.256"sv,
                            "fe80::1%eth0"sv, "2001:db8::1::2"sv, "2001:db8"sv, "10.0.0.1\0x"sv,
                            "-1"sv, "10.0.0.1;id"sv, "\n10.0.0.1"sv, "::10.0.0.1.1"sv}) {
        EXPECT_NE(refusal(text).find("is not an address"), std::string::npos) << text;
    }
}

TEST(Prefix, RefusesWhatIsNoLength) {
    using namespace std::string_view_literals;
    for (const auto text :
         {"10.0.0.0/"sv, "10.0.0.0/33"sv, "10.0.0.0/-8"sv, "10.0.0.0/+8"sv, "10.0.0.0/ 8"sv,
          "10.0.0.0/8 "sv, "10.0.0.0/0x8"sv, "10.0.0.0/8/8"sv, "10.0.0.0/255.0.0.0"sv,
          "10.0.0.0/4294967304"sv, "10.0.0.0/8\0"sv, "2001:db8::/129"sv}) {
        EXPECT_NE(refusal(text).find("is not a number from 0 to"), std::string::npos) << text;
    }
}

TEST(Prefix, NamesTheRightPrefixWhereHostBitsAreSet) {
    EXPECT_NE(refusal("192.0.2.129/25").find("write 192.0.2.128/25"), std::string::npos);
    EXPECT_NE(refusal("2001:db8:0:1::/47").find("write 2001:db8::/47"), std::string::npos);
    EXPECT_NE(refusal("10.0.0.1/0").find("write 0.0.0.0/0"), std::string::npos);
}

TEST(Prefix, KeepsUnprintableTextOutOfMessages) {
    const std::string message = refusal("10.0.0.1\n\x1b[31m" + std::string(5000, 'x'));
    EXPECT_EQ(message.find('\n'), std::string::npos);
    EXPECT_EQ(message.find('\x1b'), std::string::npos);
    EXPECT_LT(message.size(), 200U);
}

TEST(Prefix, Contains) {
    const auto contains = [](const char* outer, const char* inner) {
        return parse_prefix(outer).contains(parse_prefix(inner));
    };
    EXPECT_TRUE(contains("10.0.0.0/8", "10.255.255.255"));
    EXPECT_TRUE(contains("10.0.0.0/8", "10.0.0.0/8"));
    EXPECT_TRUE(contains("0.0.0.0/0", "10.0.0.0/8"));
    EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::/48"));
    EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::/48"));
    EXPECT_FALSE(contains("10.0.0.0/8", "10.0.0.0/7"));
    EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0/8"));
    EXPECT_FALSE(contains("0.0.0.0/0", "::/0"));
    EXPECT_FALSE(contains("::/0", "10.0.0.0/8"));
}

}  // namespace
