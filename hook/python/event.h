#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kea_runscript::python {

/// One event as a worker sees it. Keeps the frame as it came, since a handler looks at few of its
/// variables: making all of them objects of Python's would cost more than all the rest.
class Event {
public:
    /// Whether a frame of the stream is one.
    static bool is_event(std::string_view frame);

    /// `frame` is an event's, without the line feeds at its end.
    explicit Event(std::string frame);

    std::uint64_t id() const { return id_; }
    std::string_view hook_point() const { return part(point_, point_end_); }
    bool retry() const { return retry_; }
    bool waited_for() const { return waited_for_; }

    /// The value of a variable as the stream has it, escaped.
    std::optional<std::string_view> find(std::string_view name) const;

    /// Calls `each(name, escaped value)` for all variables in the order of the stream.
    template <typename Each>
    void for_each(Each each) const {
        for (std::size_t at = variables_; at < frame_.size();) {
            const std::string_view line = line_at(at);
            const std::size_t equals = line.find('=');
            if (equals != std::string_view::npos) {
                each(line.substr(0, equals), line.substr(equals + 1));
            }
            at += line.size() + 1;
        }
    }

private:
    std::string_view part(std::size_t begin, std::size_t end) const {
        return std::string_view(frame_).substr(begin, end - begin);
    }
    std::string_view line_at(std::size_t begin) const {
        return part(begin, std::min(frame_.find('\n', begin), frame_.size()));
    }
    bool take(std::string_view line);

    std::string frame_;
    std::uint64_t id_ = 0;
    std::size_t point_ = 0;
    std::size_t point_end_ = 0;
    std::size_t variables_ = 0;  ///< where their first line begins
    bool retry_ = false;
    bool waited_for_ = false;
};

}  // namespace kea_runscript::python
