#pragma once

#include <stdexcept>
#include <string>

#include "core/stream.h"

namespace kea_runscript::core {

/// Somebody listens at the socket whom we must not talk to; the text says who.
class StrangerError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Connects to a unix stream socket whose listener runs as root or as `user` (if empty: as we do).
/// Throws StrangerError; std::system_error when there is no connection, with EACCES when it was
/// refused to us; std::runtime_error when there is no such user.
Stream connect_socket(const std::string& path, const std::string& user);

}  // namespace kea_runscript::core
