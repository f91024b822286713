#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "route/failure.h"
#include "route/frame.h"
#include "route/inventory.h"
#include "route/kernel.h"
#include "route/lease_event.h"
#include "route/policy.h"

namespace kea_runscript::route {

/// A worker of the stream protocol that keeps the routes of one server's leases. It does itself
/// what a script would call this program for, under the same rules, and in a replay removes the
/// routes of ours that no lease has any more.
class Sync {
public:
    /// `read_policy` reads the rules; it is asked at once and at the beginning of each replay.
    explicit Sync(std::function<Policy()> read_policy);

    /// Serves until the stream ends. Throws Failure where that cannot go on: usage and version for
    /// what breaks the protocol, refused where the rules cannot be read.
    void run(int in, int out);

private:
    using Clock = std::chrono::steady_clock;

    /// What there is to be done besides answering events.
    enum class Phase {
        idle,
        listing,   ///< a replay has begun: what routes are there?
        claiming,  ///< leases claim theirs
        sweeping,  ///< the replay has ended: the others go
    };

    bool is_busy() const { return phase_ == Phase::listing || phase_ == Phase::sweeping; }
    void work();

    void handle(const Frame& frame);
    void greet(const Frame& frame);
    void handle_event(const Frame& frame);
    void begin_replay(const std::string& id);
    void end_replay(const Frame& frame, const std::string& id);
    void end_phase(Phase next, Exit exit, const std::string& text);

    /// These return what there is to say of it.
    std::string carry_out(const std::string& id, const LeaseEvent& event);
    std::string add(const Route& wanted);
    std::string remove(const Route& wanted);

    void keep(const Route& wanted);

    void answer(const std::string& id, Exit exit, const std::string& text);
    void warn(const std::string& id, const std::string& text);
    void flush(int out);

    std::function<Policy()> read_policy_;
    Policy policy_;
    Kernel kernel_;
    Clock::time_point looked_;       // when the kernel's interfaces were read
    Clock::time_point live_;         // when the last live event came
    Clock::time_point break_until_;  // no step before
    int family_ = 0;                 // not known before the stream's first frame
    FrameReader reader_;
    std::string out_;

    Phase phase_ = Phase::idle;
    std::string mark_;                      // the event that the present phase answers when it ends
    std::unique_ptr<Inventory> inventory_;  // while a replay goes on
    std::size_t set_ = 0;                   // of its leases, how many routes were missing
    std::size_t without_ = 0;               // and how many have none
};

}  // namespace kea_runscript::route
