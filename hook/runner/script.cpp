#include "runner/script.h"

#include <system_error>

#include "core/escape.h"
#include "runner/process.h"

namespace kea_runscript::runner {

namespace {

/// What belongs to the stream and is nothing to the script.
bool is_of_the_stream(std::string_view name) {
    return name == "RETRY" || name == "WAIT";
}

}  // namespace

int start_script(Script& script, const Options& options, std::string_view point,
                 const core::DownFrame& event, int null) {
    std::vector<std::string> environment = base_environment(options.environment);
    environment.reserve(environment.size() + event.pairs.size());
    for (const auto& [name, value] : event.pairs) {
        if (!is_of_the_stream(name)) {
            std::string& variable = environment.emplace_back();
            variable.reserve(name.size() + 1 + value.size());
            variable.append(name).append("=").append(core::unescaped_for_environment(value));
        }
    }
    std::vector<std::string> command{options.script, std::string(point)};
    command.insert(command.end(), options.arguments.begin(), options.arguments.end());
    try {
        core::Pipe output = core::make_pipe();
        core::set_nonblocking(output.read.get());
        const int descriptors[] = {null, output.write.get(), output.write.get()};
        const int error = start_process(script.pid, std::move(command), environment, descriptors);
        script.output = std::move(output.read);
        return error;
    } catch (const std::system_error& error) {
        return error.code().value();
    }
}

}  // namespace kea_runscript::runner
