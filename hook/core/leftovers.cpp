#include "core/leftovers.h"

#include <filesystem>
#include <fstream>

namespace kea_runscript::core {

namespace {

/// The kernel keeps at most this much of a program's name.
constexpr std::size_t kCommandName = 15;

}  // namespace

std::vector<pid_t> leftover_children(const std::string& program) {
    const std::string name = program.substr(program.rfind('/') + 1, kCommandName);
    std::vector<pid_t> found;
    std::error_code none;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", none)) {
        std::ifstream children(task.path() / "children");
        for (pid_t pid = 0; children >> pid;) {
            std::string command;
            std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/comm"), command);
            if (command == name) {
                found.push_back(pid);
            }
        }
    }
    return found;
}

}  // namespace kea_runscript::core
