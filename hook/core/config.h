#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/hook_points.h"
#include "core/value.h"
#include "core/verdict.h"

namespace kea_runscript::core {

/// A parameter that cannot be accepted; the text names it, what was given and what is allowed.
class ConfigError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// How a script comes by its events.
enum class Mode {
    Exec,    ///< a process for each event
    Worker,  ///< started once, fed events
    Socket,  ///< somebody else runs it; events go through a unix socket
};

/// Whose names the variables have.
enum class Dialect {
    Kea,  ///< the contract's
    Isc,  ///< those of ISC's own hook
};

/// One entry: what to run, when, and what its end does. Parameters, checked.
struct Config {
    std::string name;         ///< in logs; `[a-z0-9-]{1,32}`, unique among the entries
    std::string script;       ///< absolute path of an executable; empty in mode Socket
    std::string socket;       ///< absolute path of a unix stream socket; empty in the other modes
    std::string socket_user;  ///< who may listen there beside root; empty: the server's user
    Mode mode = Mode::Exec;
    bool wait = true;     ///< whether the packet waits for the script
    bool replay = false;  ///< whether the script is told all leases, at start and when it may lag
    std::chrono::milliseconds timeout{3000};
    unsigned max_parallel = 4;  ///< processes at once, or unanswered events
    std::size_t queue_limit = 10'000;
    Verdict on_failure = Verdict::Continue;
    std::map<int, Verdict> exit_codes;  ///< of those that are not here, 0 continues, others fail
    std::vector<const HookPoint*> hook_points;
    bool default_hook_points = true;   ///< not listed: those that this Kea lacks do not matter
    std::vector<std::string> options;  ///< codes, decimal, or names, as they were given
    Selection fields;                  ///< the contract's variables that the script gets
    Dialect variables = Dialect::Kea;
    std::map<std::string, std::string> environment;
    std::vector<std::string> arguments;
    std::vector<std::uint32_t> subnets;       ///< run for these only; empty: for all
    std::vector<std::string> client_classes;  ///< run for any of these only; empty: for all
};

/// Parses the parameters of the hook in a server of this family: one entry's, or `scripts` with
/// several. `cores` is the number of processors, from which a default follows.
/// Throws ConfigError. Looks at no file: see `check_script`.
std::vector<Config> parse_config(const Value::Map& parameters, Family family, unsigned cores);

/// Why this script must not be run, as a sentence that names path and remedy; empty if it may:
/// it is an executable file that, like every folder above it, belongs to root or to this process's
/// user and cannot be written by anybody else.
std::string check_script(const std::string& path);

}  // namespace kea_runscript::core
