#include "python/event.h"

#include <charconv>
#include <cstring>

namespace kea_runscript::python {

namespace {

constexpr std::string_view kFirst = "EVENT=";

}  // namespace

bool Event::is_event(std::string_view frame) {
    return frame.substr(0, kFirst.size()) == kFirst;
}

Event::Event(std::string frame) : frame_(std::move(frame)) {
    const std::string_view first = line_at(0);
    const char* const end = first.data() + first.size();
    const char* const space = std::from_chars(first.data() + kFirst.size(), end, id_).ptr;
    point_end_ = first.size();
    point_ = std::min<std::size_t>(space - first.data() + 1, point_end_);
    variables_ = first.size() + 1;
    retry_ = take("RETRY=1");
    waited_for_ = take("WAIT=1");
}

/// Whether the next line is this one, which then is none of the variables.
bool Event::take(std::string_view line) {
    if (variables_ >= frame_.size() || line_at(variables_) != line) {
        return false;
    }
    variables_ += line.size() + 1;
    return true;
}

std::optional<std::string_view> Event::find(std::string_view name) const {
    const char* const end = frame_.data() + frame_.size();
    for (const char* line = frame_.data() + variables_; line < end;) {
        const auto left = static_cast<std::size_t>(end - line);
        const auto* const feed = static_cast<const char*>(std::memchr(line, '\n', left));
        const std::size_t size = feed ? static_cast<std::size_t>(feed - line) : left;
        if (size > name.size() && line[name.size()] == '=' &&
            std::memcmp(line, name.data(), name.size()) == 0) {
            return std::string_view(line + name.size() + 1, size - name.size() - 1);
        }
        line += size + 1;
    }
    return std::nullopt;
}

}  // namespace kea_runscript::python
