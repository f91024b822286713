#include "core/frame.h"
#include "core/protocol.h"

namespace kea_runscript::core {

std::string hello_frame(const Hello& hello) {
    Frame frame{Selection()};
    frame.add("HELLO", std::to_string(kProtocolVersion));
    frame.add("ENTRY", hello.entry);
    frame.add("KEA", hello.kea);
    frame.add("FAMILY", hello.family);
    frame.add("WINDOW", std::to_string(hello.window));
    frame.add("MODE", hello.mode);
    return frame.lines() + "\n";
}

std::string event_frame(std::uint64_t id, std::string_view point, bool retry, bool wait,
                        std::string_view lines) {
    std::string frame = "EVENT=" + std::to_string(id) + " ";
    frame.reserve(frame.size() + point.size() + lines.size() + 20);
    frame.append(point) += '\n';
    frame.append(retry ? "RETRY=1\n" : "").append(wait ? "WAIT=1\n" : "");
    frame.append(lines) += '\n';
    return frame;
}

std::string drain_frame(unsigned milliseconds) {
    return "DRAIN=" + std::to_string(milliseconds) + "\n\n";
}

void DownReader::feed(std::string_view octets) {
    buffer_.erase(0, start_);
    start_ = 0;
    buffer_ += octets;
}

std::optional<std::string_view> DownReader::next_text() {
    while (true) {
        const std::size_t end = buffer_.find("\n\n", start_);
        if (end == std::string::npos) {
            return std::nullopt;
        }
        const std::string_view text(buffer_.data() + start_, end - start_);
        start_ = end + 2;
        if (text.size() <= Frame::kMaxOctets) {
            return text;
        }
    }
}

std::optional<DownFrame> DownReader::next() {
    const auto text = next_text();
    return text ? std::optional(parse_down_frame(*text)) : std::nullopt;
}

DownFrame parse_down_frame(std::string_view text) {
    DownFrame frame;
    bool first = true;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t stop = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, stop - begin);
        const std::size_t equals = line.find('=');
        if (equals != std::string_view::npos) {
            const DownFrame::Pair pair(line.substr(0, equals), line.substr(equals + 1));
            if (first) {
                frame.first = pair;
            } else {
                frame.pairs.push_back(pair);
            }
        }
        first = false;
        begin = stop + 1;
    }
    return frame;
}

}  // namespace kea_runscript::core
