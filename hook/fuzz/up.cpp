// What a worker may send: any octets, in pieces of any size.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/protocol.h"
#include "require.h"

namespace {

using namespace kea_runscript::core;

std::vector<std::string> lines_of(std::string_view octets, std::size_t piece) {
    UpReader reader;
    std::vector<std::string> lines;
    while (!octets.empty()) {
        reader.feed(octets.substr(0, piece));
        octets.remove_prefix(std::min(piece, octets.size()));
        while (const auto line = reader.next()) {
            require(!reader.was_cut() || line->size() == kMaxUpLine);
            lines.emplace_back(*line);
        }
    }
    lines.emplace_back(reader.rest());
    return lines;
}

void check(const std::string& line) {
    require(line.size() <= kMaxUpLine && line.find('\n') == std::string::npos);
    const UpLine up = parse_up_line(line);
    require(up.code >= 0 && up.code <= 255 && up.window <= 999);
    require(up.kind != UpKind::Noise || up.text == line);
}

}  // namespace

/// The first octet is the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string octets(data + 1, data + size);
    const auto lines = lines_of(octets, octets.size() + 1);
    require(lines == lines_of(octets, 1U + data[0]));
    std::for_each(lines.begin(), lines.end(), check);
    return 0;
}
