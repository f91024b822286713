#include "core/frame.h"

#include "core/escape.h"

namespace kea_runscript::core {

void Frame::add(std::string_view name, std::string_view value) {
    append(name, value);
}

void Frame::fill() {
    for (std::size_t i = 0; i < kFixedVariables; ++i) {
        if (wanted_.test(i) && !there_.test(i)) {
            lines_.append(name_of(static_cast<Variable>(i))) += "=\n";
        }
    }
}

std::string Frame::lines() const {
    return truncated_.empty() ? lines_ : lines_ + "TRUNCATED=" + truncated_ + "\n";
}

void Frame::append(Variable variable, std::string_view value) {
    if (append(name_of(variable), value)) {
        there_.set(static_cast<std::size_t>(variable));
    }
}

bool Frame::append(std::string_view name, std::string_view value) {
    const std::size_t start = lines_.size();
    lines_.append(name) += '=';
    append_escaped(lines_, value);
    lines_ += '\n';
    if (lines_.size() <= kMaxLines) {
        return true;
    }
    lines_.resize(start);
    append_truncated(name);
    return false;
}

void Frame::append_truncated(std::string_view name) {
    constexpr std::string_view kMore = " ...";
    if (truncated_.size() + 1 + name.size() + kMore.size() <= kMaxTruncated) {
        truncated_.append(truncated_.empty() ? "" : " ").append(name);
    } else if (truncated_.back() != '.') {
        truncated_ += kMore;
    }
}

}  // namespace kea_runscript::core
