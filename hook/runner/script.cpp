#include "runner/script.h"

#include <cerrno>
#include <system_error>
#include <vector>

#include "core/escape.h"
#include "core/spawn.h"

namespace kea_runscript::runner {

namespace {

constexpr char kPath[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What belongs to the stream and is nothing to the script.
bool is_of_the_stream(std::string_view name) {
    return name == "RETRY" || name == "WAIT";
}

}  // namespace

int start_script(Script& script, const std::string& program, std::string_view point,
                 const core::DownFrame& event, int null) {
    std::vector<std::string> environment{kPath};
    environment.reserve(event.pairs.size() + 1);
    for (const auto& [name, value] : event.pairs) {
        if (!is_of_the_stream(name)) {
            std::string& variable = environment.emplace_back();
            variable.reserve(name.size() + 1 + value.size());
            variable.append(name).append("=").append(core::unescaped_for_environment(value));
        }
    }
    std::vector<char*> envp;
    envp.reserve(environment.size() + 1);
    for (std::string& variable : environment) {
        envp.push_back(variable.data());
    }
    envp.push_back(nullptr);
    std::string name = program;
    std::string argument(point);
    char* const argv[] = {name.data(), argument.data(), nullptr};

    try {
        core::Pipe output = core::make_pipe();
        core::set_nonblocking(output.read.get());
        const int descriptors[] = {null, output.write.get(), output.write.get()};
        const int error = core::spawn(script.pid, argv[0], argv, envp.data(), descriptors, 3);
        script.output = std::move(output.read);
        return error;
    } catch (const std::system_error& error) {
        return error.code().value();
    }
}

}  // namespace kea_runscript::runner
