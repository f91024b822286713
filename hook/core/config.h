#pragma once

#include <chrono>
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

/// What to run, when, and what a failure does: the hook's parameters, checked.
struct Config {
    std::string name;    ///< in logs; `[a-z0-9-]{1,32}`
    std::string script;  ///< absolute path of an executable
    bool wait = true;    ///< whether the packet waits for the script
    std::chrono::milliseconds timeout{3000};
    unsigned max_parallel = 4;  ///< processes at once
    Verdict on_failure = Verdict::Continue;
    std::vector<const HookPoint*> hook_points;
    Selection fields;  ///< the variables that the script gets
};

/// Parses the parameters of the hook in a server of this family.
/// `cores` is the number of processors, from which the default of `max-parallel` follows.
/// Throws ConfigError. Looks at no file: see `check_script`.
Config parse_config(const Value::Map& parameters, Family family, unsigned cores);

/// Why this script must not be run, as a sentence that names path and remedy; empty if it may:
/// it is an executable file that, like every folder above it, belongs to root or to this process's
/// user and cannot be written by anybody else.
std::string check_script(const std::string& path);

}  // namespace kea_runscript::core
