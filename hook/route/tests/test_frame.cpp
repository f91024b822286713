#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "route/failure.h"
#include "route/frame.h"

namespace {

using namespace kea_runscript::route;

std::string refusal(std::string_view value) {
    try {
        const EventLine event(value);
        return "accepted " + event.id + " at " + std::string(event.point);
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.exit(), Exit::usage);
        return failure.what();
    }
}

/// A pipe into which a thread writes all octets, in pieces of this size.
class Source {
public:
    Source(std::string octets, std::size_t piece) {
        EXPECT_EQ(pipe(ends_.data()), 0);
        writer_ = std::thread([this, octets = std::move(octets), piece] {
            for (std::size_t i = 0; i < octets.size(); i += piece) {
                const std::string part = octets.substr(i, piece);
                EXPECT_EQ(write(ends_[1], part.data(), part.size()),
                          static_cast<ssize_t>(part.size()));
            }
            close(ends_[1]);
        });
    }
    ~Source() {
        writer_.join();
        close(ends_[0]);
    }
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    int file() const { return ends_[0]; }

private:
    std::array<int, 2> ends_{};
    std::thread writer_;
};

std::vector<std::string> names_and_values(const std::string& octets, std::size_t piece) {
    const Source source(octets, piece);
    FrameReader reader;
    std::vector<std::string> found;
    while (reader.read(source.file())) {
        while (const auto frame = reader.next()) {
            found.push_back(std::string(frame->name()) + ":" + std::string(frame->value()));
        }
    }
    return found;
}

TEST(Frame, HasAFirstLineAndVariables) {
    const Frame frame("EVENT=7 lease4_expire\nWAIT=1\nA=b=c\nEMPTY=\nNA=x\nA=second");
    EXPECT_EQ(frame.name(), "EVENT");
    EXPECT_EQ(frame.value(), "7 lease4_expire");
    EXPECT_EQ(frame.at("A"), "b=c");
    EXPECT_EQ(frame.at("EMPTY"), "");
    EXPECT_EQ(frame.at("NA"), "x");
    for (const char* missing : {"EVENT", "EMPT", "c", "", "B"}) {
        EXPECT_THROW(frame.at(missing), Failure) << missing;
    }
}

TEST(Frame, MayBeOddOrEmpty) {
    for (const char* text : {"", "=", "\n", "noise", "\nA=1"}) {
        const Frame frame(text);
        EXPECT_EQ(frame.value(), "") << text;
    }
    EXPECT_EQ(Frame("noise").name(), "noise");
    EXPECT_EQ(Frame("\nA=1").at("A"), "1");
}

TEST(EventLine, IsANumberAndAHookPoint) {
    EXPECT_EQ(refusal("7 lease4_expire"), "accepted 7 at lease4_expire");
    EXPECT_EQ(refusal("9999999999999999999 x y"), "accepted 9999999999999999999 at x y");
    for (const char* value : {"", " ", "7", "7 ", " x", "x 7", "-7 x", "0x7 x", "7.0 x",
                              "12345678901234567890 x", "\x1b[2J x"}) {
        EXPECT_NE(refusal(value).find("is not a number and a hook point"), std::string::npos)
            << value;
    }
}

TEST(FrameReader, FindsTheSameFramesHoweverTheyCome) {
    const std::string octets = "HELLO=1\nX=1\n\n\n\nEVENT=1 a\n\nEVENT=2 b\nA=\nB=\n\nrest";
    const std::vector<std::string> expected{"HELLO:1", ":", "EVENT:1 a", "EVENT:2 b"};
    for (const std::size_t piece : {1, 2, 3, 7, 1000}) {
        EXPECT_EQ(names_and_values(octets, piece), expected) << piece;
    }
}

TEST(FrameReader, TakesManyFramesInARow) {
    std::string octets;
    for (int i = 0; i < 20000; ++i) {
        octets += "EVENT=" + std::to_string(i) + " lease4_replay\nKEA_LEASE4_ADDRESS=10.0.0.1\n\n";
    }
    EXPECT_EQ(names_and_values(octets, octets.size()).size(), 20000U);
}

TEST(FrameReader, TakesTheLongestFrameAndNoLongerOne) {
    const std::string start = "EVENT=1 a\nX=";
    const std::string longest =
        start + std::string(FrameReader::kMaxOctets - start.size() - 2, 'x') + "\n\n";
    ASSERT_EQ(longest.size(), FrameReader::kMaxOctets);
    EXPECT_EQ(names_and_values(longest + longest, 4000).size(), 2U);
    EXPECT_THROW(names_and_values(start + std::string(FrameReader::kMaxOctets, 'x'), 4000),
                 Failure);
}

}  // namespace
