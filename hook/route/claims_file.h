#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "route/descriptor.h"
#include "route/route.h"

namespace kea_runscript::route {

/// What leases have claimed so far in a replay whose events come to a process each. Only root can
/// reach it, and it is locked as long as this object lives, so that no claim falls between reading
/// the last one and removing what nobody has claimed. Throws Failure(kernel) where it fails as such
/// and Failure(refused) where others than root could have written it.
class ClaimsFile {
public:
    /// Without `create` there may be none.
    ClaimsFile(int family, bool create);

    /// Whether a replay has begun and not ended.
    bool is_open() const { return size() != 0; }

    /// A replay begins, without any claim.
    void begin();

    /// A lease has this route; without effect where no replay has begun.
    void claim(const Route& route);

    /// All that was claimed in the replay that is open.
    std::vector<Route> claims() const;

    /// The replay has ended.
    void end();

private:
    off_t size() const;
    void append(std::string_view line);

    std::string path_;
    Descriptor file_;
};

}  // namespace kea_runscript::route
