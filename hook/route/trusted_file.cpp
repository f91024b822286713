#include "route/trusted_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "route/descriptor.h"
#include "route/failure.h"

namespace kea_runscript::route {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& reason) {
    throw Failure(Exit::refused, path + " " + reason);
}

}  // namespace

void require_roots_own(const std::string& path, const struct stat& status) {
    if (status.st_uid != 0) {
        refuse(path, "is not owned by root: run `chown root " + path + "`");
    }
    constexpr mode_t others_write = S_IWGRP | S_IWOTH;
    if ((status.st_mode & others_write) != 0) {
        refuse(path, "is writable by others than root: run `chmod go-w " + path + "`");
    }
}

std::string read_whole(int file, const std::string& path) {
    std::string content;
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    while ((count = read(file, buffer.data(), buffer.size())) > 0) {
        content.append(buffer.data(), static_cast<std::size_t>(count));
    }
    if (count < 0) {
        refuse(path, std::string("cannot be read to its end: ") + std::strerror(errno));
    }
    return content;
}

std::string read_trusted(const std::string& path) {
    struct stat status{};
    // From the root down: once a folder passes, nobody else can exchange what is in it.
    for (std::size_t slash = 0; slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const std::string folder = slash == 0 ? "/" : path.substr(0, slash);
        if (stat(folder.c_str(), &status) != 0) {
            refuse(folder, std::string("cannot be looked at (") + std::strerror(errno) +
                               "): create it, owned by root");
        }
        require_roots_own(folder, status);
    }
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.number() < 0 || fstat(file.number(), &status) != 0) {
        refuse(path, std::string("cannot be read (") + std::strerror(errno) +
                         "): it must be a file, readable by root, with a line `allow PREFIX dev "
                         "IFACE` for each range");
    }
    if (!S_ISREG(status.st_mode)) {
        refuse(path, "is not an ordinary file: replace it by one");
    }
    require_roots_own(path, status);
    return read_whole(file.number(), path);
}

}  // namespace kea_runscript::route
