#include "runner/options.h"

#include <charconv>

namespace kea_runscript::runner {

namespace {

bool read_milliseconds(const std::string& text, std::chrono::milliseconds& milliseconds) {
    long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    milliseconds = std::chrono::milliseconds(number);
    return error == std::errc() && end == text.data() + text.size() && number >= 1;
}

}  // namespace

std::optional<Options> parse_command_line(const std::vector<std::string>& arguments) {
    Options options;
    auto argument = arguments.begin();
    const auto left = [&] { return arguments.end() - argument; };
    for (; left() > 0 && *argument != "--"; ++argument) {
        if (*argument == "--worker") {
            options.worker = true;
        } else if (*argument == "--timeout" && left() > 1) {
            if (!read_milliseconds(*++argument, options.timeout)) {
                return std::nullopt;
            }
        } else if (*argument == "--environment" && left() > 1) {
            const std::string& variable = *++argument;
            if (variable.find('=') == 0 || variable.find('=') == std::string::npos) {
                return std::nullopt;
            }
            options.environment.push_back(variable);
        } else {
            return std::nullopt;
        }
    }
    if (left() < 2 || (argument + 1)->substr(0, 1) != "/") {
        return std::nullopt;
    }
    options.script = *(argument + 1);
    options.arguments.assign(argument + 2, arguments.end());
    return options;
}

}  // namespace kea_runscript::runner
