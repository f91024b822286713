#include "core/socket.h"

#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace kea_runscript::core {

namespace {

/// Enough for an entry of the user database.
using Entry = std::array<char, 16384>;

uid_t uid_of(const std::string& user) {
    if (user.empty()) {
        return geteuid();
    }
    passwd entry{};
    passwd* found = nullptr;
    Entry memory;
    getpwnam_r(user.c_str(), &entry, memory.data(), memory.size(), &found);
    if (!found) {
        throw std::runtime_error("there is no user '" + user + "', whom 'socket-user' names");
    }
    return entry.pw_uid;
}

std::string name_of(uid_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    Entry memory;
    getpwuid_r(uid, &entry, memory.data(), memory.size(), &found);
    return found ? entry.pw_name : "uid " + std::to_string(uid);
}

[[noreturn]] void fail(int error) {
    throw std::system_error(error, std::generic_category());
}

}  // namespace

Stream connect_socket(const std::string& path, const std::string& user) {
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path) {
        fail(ENAMETOOLONG);
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());

    Stream stream;
    stream.events = make_socket();
    // At once or not at all: such a socket does not stay half connected.
    if (connect(stream.events.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
        0) {
        fail(errno);
    }
    ucred listener{};
    socklen_t size = sizeof listener;
    if (getsockopt(stream.events.get(), SOL_SOCKET, SO_PEERCRED, &listener, &size) != 0) {
        fail(errno);
    }
    const uid_t allowed = uid_of(user);
    if (listener.uid != 0 && listener.uid != allowed) {
        throw StrangerError(name_of(listener.uid));
    }
    stream.answers = duplicate(stream.events);
    return stream;
}

}  // namespace kea_runscript::core
