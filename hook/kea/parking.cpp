#include "kea/parking.h"

#include <chrono>
#include <exception>

#include "kea/messages.h"

namespace kea_runscript {

namespace {

/// Kea's own default of `parked-packet-limit`.
constexpr std::size_t kDefaultLimit = 256;

/// How long to leave other callouts the time to return.
constexpr std::chrono::microseconds kCallouts{100};

}  // namespace

Parking::Parking(MainThread& main_thread) : main_thread_(main_thread), limit_(kDefaultLimit) {}

void Parking::set_limit(std::size_t limit) {
    limit_ = limit;
}

bool Parking::full() const {
    const std::size_t limit = limit_;
    return limit != 0 && size_ >= limit * 3 / 4;
}

bool Parking::has(const std::string& transaction) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return transactions_.count(transaction) != 0;
}

std::optional<std::string> Parking::label(std::uint64_t ticket) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = parked_.find(ticket);
    return found != parked_.end() ? std::optional(found->second.label()) : std::nullopt;
}

std::uint64_t Parking::add(Parked packet) {
    const std::lock_guard<std::mutex> lock(mutex_);
    transactions_.insert(packet.transaction);
    parked_.emplace_hint(parked_.end(), next_ticket_, std::move(packet));
    size_ = parked_.size();
    return next_ticket_++;
}

void Parking::forget(std::uint64_t ticket) {
    go(ticket, Fate::Forget);
}

void Parking::settle(std::uint64_t ticket, core::Verdict verdict) {
    const Fate fate = verdict == core::Verdict::Drop ? Fate::Drop : Fate::Resume;
    // Single-threaded, Kea sends the reply in the thread that resumes the packet. Multi-threaded,
    // it hands the packet to its threads: while the main thread makes ready for a reload, it would
    // stay with them, and so would the library, which then can't be unloaded.
    main_thread_.post([this, ticket, fate] { go(ticket, fate); });
}

void Parking::drop_all() {
    std::map<std::uint64_t, Parked> parked;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        parked.swap(parked_);
        transactions_.clear();
        size_ = 0;
    }
    for (const auto& [ticket, packet] : parked) {
        packet.way(Fate::Drop);
    }
}

void Parking::go(std::uint64_t ticket, Fate fate) {
    Way way;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = parked_.find(ticket);
        if (found == parked_.end()) {
            return;
        }
        if (fate != Fate::Forget && found->second.in_callouts()) {
            // The script was faster than the callouts of libraries after ours. One that parks the
            // packet as well, as high availability does, must find it still parked.
            main_thread_.after(kCallouts, [this, ticket, fate] { go(ticket, fate); });
            return;
        }
        way = std::move(found->second.way);
        transactions_.erase(found->second.transaction);
        parked_.erase(found);
        size_ = parked_.size();
    }
    try {
        way(fate);
    } catch (const std::exception& error) {
        LOG_ERROR(logger, RUNSCRIPT_RESUME_FAILED).arg(error.what());
    }
}

}  // namespace kea_runscript
