// What `kea-runscript-route sync` reads as root: any octets, in pieces of any size.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "require.h"
#include "route/command_line.h"
#include "route/failure.h"
#include "route/frame.h"
#include "route/lease_event.h"

namespace {

using namespace kea_runscript::route;

/// What there is to say of a frame has to fit into one line of an answer.
void check_text(const std::string& text) {
    const auto control = [](unsigned char c) { return c < ' ' || c == 0x7F; };
    require(text.size() < 1000 && std::none_of(text.begin(), text.end(), control));
}

/// A route that a frame asks for is one that the command line could ask for.
void check_route(const Route& route) {
    const Route again = parse_command(split("add " + to_text(route))).route;
    require(again.destination == route.destination && again.device == route.device);
    require(again.next_hop == route.next_hop && again.table == route.table);
}

std::string check(const Frame& frame, int family) {
    try {
        const EventLine event(frame.value());
        check_text(event.id);
        const LeaseEvent lease = parse_lease_event(frame, event.point, family);
        if (lease.wish == LeaseEvent::Wish::nothing) {
            return "nothing";
        }
        require(lease.destination.network.family == family);
        if (lease.wish == LeaseEvent::Wish::del) {
            return "del " + to_text(lease.destination);
        }
        check_route(route_of(lease));
        return "add " + to_text(route_of(lease));
    } catch (const Failure& failure) {
        check_text(failure.what());
        return failure.what();
    }
}

std::vector<std::string> wishes_of(std::string_view octets, std::size_t piece) {
    std::array<int, 2> ends{};
    require(pipe(ends.data()) == 0);
    FrameReader reader;
    std::vector<std::string> wishes;
    while (!octets.empty()) {
        const auto part = octets.substr(0, piece);
        require(write(ends[1], part.data(), part.size()) == static_cast<ssize_t>(part.size()));
        octets.remove_prefix(part.size());
        require(reader.read(ends[0]));
        while (const auto frame = reader.next()) {
            wishes.push_back(check(*frame, AF_INET) + "|" + check(*frame, AF_INET6));
        }
    }
    close(ends[1]);
    require(!reader.read(ends[0]));
    close(ends[0]);
    return wishes;
}

}  // namespace

/// The first octet is the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string octets(data + 1, data + size);
    require(wishes_of(octets, octets.size() + 1) == wishes_of(octets, 1U + data[0]));
    return 0;
}
