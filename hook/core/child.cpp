#include "core/child.h"

#include <system_error>

#include "core/spawn.h"

namespace kea_runscript::core {

Stream start_child(const std::vector<std::string>& arguments) {
    Pipe events = make_pipe();
    Pipe answers = make_pipe();
    Pipe errors = make_pipe();
    Pipe lifeline = make_pipe();
    set_nonblocking(events.write.get());
    set_nonblocking(answers.read.get());
    set_nonblocking(errors.read.get());

    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    char* const envp[] = {nullptr};
    const int descriptors[] = {events.read.get(), answers.write.get(), errors.write.get(),
                               lifeline.read.get()};
    Stream child;
    const int error = spawn(child.pid, argv[0], argv.data(), envp, descriptors, 4);
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), "cannot start " + arguments[0]);
    }
    child.events = std::move(events.write);
    child.answers = std::move(answers.read);
    child.errors = std::move(errors.read);
    child.lifeline = std::move(lifeline.write);
    return child;
}

}  // namespace kea_runscript::core
