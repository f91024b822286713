#include "runner/process.h"

#include <algorithm>

#include "core/spawn.h"

namespace kea_runscript::runner {

namespace {

constexpr char kPath[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (std::string& string : strings) {
        pointers.push_back(string.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace

std::vector<std::string> base_environment(const std::vector<std::string>& given) {
    std::vector<std::string> environment = given;
    if (std::none_of(given.begin(), given.end(),
                     [](const std::string& variable) { return variable.rfind("PATH=", 0) == 0; })) {
        environment.emplace_back(kPath);
    }
    return environment;
}

int start_process(pid_t& pid, std::vector<std::string> command,
                  std::vector<std::string>& environment, const int (&descriptors)[3]) {
    const std::vector<char*> argv = pointers(command);
    const std::vector<char*> envp = pointers(environment);
    return core::spawn(pid, argv[0], argv.data(), envp.data(), descriptors, 3);
}

}  // namespace kea_runscript::runner
