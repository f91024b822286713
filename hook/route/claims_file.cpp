#include "route/claims_file.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

#include "route/failure.h"
#include "route/trusted_file.h"
#include "route/words.h"

namespace kea_runscript::route {

namespace {

const char* const folder = "/run/kea-runscript";

/// More than two million claims. Whoever may call us as root must not fill /run.
constexpr off_t largest = 64 << 20;

/// The first line while a replay goes on.
constexpr std::string_view first_line = "claims of a replay, for kea-runscript-route\n";

[[noreturn]] void fail(const std::string& path, const char* what) {
    const bool denied = errno == EACCES || errno == EPERM;
    throw Failure(Exit::kernel, path + " cannot be " + what + ": " + std::strerror(errno) +
                                    (denied ? ": run it as root, through sudo" : ""));
}

/// -1 where there is none and none is to be created.
int open_file(const std::string& path, bool create) {
    if (create && mkdir(folder, 0755) != 0 && errno != EEXIST) {
        fail(folder, "created");
    }
    const Descriptor parent(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    struct stat status{};
    if (parent.number() < 0 || fstat(parent.number(), &status) != 0) {
        if (errno == ENOENT && !create) {
            return -1;
        }
        fail(folder, "opened");
    }
    require_roots_own(folder, status);
    const char* const name = path.c_str() + std::strlen(folder) + 1;
    const int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0);
    const int file = openat(parent.number(), name, flags, 0600);
    if (file < 0 && (errno != ENOENT || create)) {
        fail(path, "opened");
    }
    return file;
}

}  // namespace

ClaimsFile::ClaimsFile(int family, bool create)
    : path_(std::string(folder) + "/claims-" + family_name(family)),
      file_(open_file(path_, create)) {
    while (file_.number() >= 0 && flock(file_.number(), LOCK_EX) != 0) {
        if (errno != EINTR) {
            fail(path_, "locked");
        }
    }
}

off_t ClaimsFile::size() const {
    struct stat status{};
    if (file_.number() < 0) {
        return 0;
    }
    if (fstat(file_.number(), &status) != 0) {
        fail(path_, "looked at");
    }
    return status.st_size;
}

void ClaimsFile::begin() {
    end();
    append(first_line);
}

void ClaimsFile::claim(const Route& route) {
    if (!is_open()) {
        return;
    }
    if (size() > largest) {
        end();
        throw Failure(Exit::kernel, path_ +
                                        " has become too long: the replay is over and removes "
                                        "nothing; use `sync` for so many leases");
    }
    append(to_text(route.destination) + " " + std::to_string(route.table) + "\n");
}

std::vector<Route> ClaimsFile::claims() const {
    if (lseek(file_.number(), 0, SEEK_SET) != 0) {
        fail(path_, "read");
    }
    const std::string content = read_whole(file_.number(), path_);
    std::vector<Route> routes;
    std::string_view rest = content;
    for (rest.remove_prefix(first_line.size()); !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() + 1);
        const Words words = split(line);
        routes.push_back({parse_prefix(words.at(0)), "", std::nullopt, parse_table(words.at(1))});
    }
    return routes;
}

void ClaimsFile::end() {
    if (ftruncate(file_.number(), 0) != 0) {
        fail(path_, "emptied");
    }
}

void ClaimsFile::append(std::string_view line) {
    const ssize_t count = write(file_.number(), line.data(), line.size());
    if (count != static_cast<ssize_t>(line.size())) {
        const int error = count < 0 ? errno : ENOSPC;
        end();  // half a line would spoil the next one
        errno = error;
        fail(path_, "written");
    }
}

}  // namespace kea_runscript::route
