#include "core/frame.h"

#include "core/escape.h"

namespace kea_runscript::core {

void Frame::add(std::string_view name, std::string_view value) {
    add(name, {}, value);
}

void Frame::add(std::string_view prefix, std::string_view name, std::string_view value) {
    const std::size_t start = lines_.size();
    lines_.append(prefix).append(name) += '=';
    append_escaped(lines_, value);
    lines_ += '\n';
    if (lines_.size() > kMaxLines) {
        lines_.resize(start);
        truncated_.append(truncated_.empty() ? "" : " ").append(prefix).append(name);
    }
}

std::string Frame::lines() const {
    return truncated_.empty() ? lines_ : lines_ + "TRUNCATED=" + truncated_ + "\n";
}

}  // namespace kea_runscript::core
