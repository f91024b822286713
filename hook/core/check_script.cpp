#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "core/config.h"
#include "core/escape.h"

namespace kea_runscript::core {

namespace {

std::string refusal(const std::string& path, const std::string& reason) {
    return "'" + escaped(path) + "' " + reason;
}

/// Whether somebody else than root and this process's user could replace what lies at `path`.
std::string check_owner(const std::string& path) {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) {
        return refusal(path, std::string("cannot be looked at: ") + std::strerror(errno));
    }
    if (status.st_uid != 0 && status.st_uid != geteuid()) {
        return refusal(path, "belongs to user id " + std::to_string(status.st_uid) +
                                 "; it must belong to root or to the server's user (chown root)");
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return refusal(path, "can be written by others than its owner (chmod go-w)");
    }
    return {};
}

}  // namespace

std::string check_script(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr),
                                                           std::free);
    if (!real) {
        return refusal(path, std::string("cannot be found: ") + std::strerror(errno));
    }
    struct stat status{};
    if (stat(real.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return refusal(path, "is not a file");
    }
    if (access(real.get(), X_OK) != 0) {
        return refusal(path, "cannot be executed by the server's user (chmod a+rx)");
    }
    // Where symbolic links lead matters as much as where they lie.
    for (std::string place : {path, std::string(real.get())}) {
        while (!place.empty()) {
            std::string reason = check_owner(place);
            if (!reason.empty()) {
                return reason;
            }
            place.erase(place.rfind('/'));
        }
    }
    return check_owner("/");
}

}  // namespace kea_runscript::core
