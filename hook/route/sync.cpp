#include "route/sync.h"

#include <malloc.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "route/bounds.h"
#include "route/words.h"

namespace kea_runscript::route {

namespace {

/// How old what is known of the host's interfaces and addresses may be.
constexpr std::chrono::seconds fresh{1};

/// While clients are served, and for so long afterwards, between two steps of what takes long there
/// is a break of this many times as long as a step. It is the other programs on this processor that
/// need it: Kea above all.
constexpr std::chrono::milliseconds serving{100};
constexpr int breaks = 4;

/// Whether there is something to read, now or within that time.
bool is_readable(int file, std::chrono::nanoseconds patience) {
    using std::chrono::seconds;
    patience = std::clamp<std::chrono::nanoseconds>(patience, seconds(0), seconds(1));
    const auto whole = std::chrono::duration_cast<seconds>(patience);
    const timespec limit{whole.count(), (patience - whole).count()};
    pollfd wait{file, POLLIN, 0};
    return ppoll(&wait, 1, &limit, nullptr) != 0;
}

}  // namespace

Sync::Sync(std::function<Policy()> read_policy)
    : read_policy_(std::move(read_policy)), policy_(read_policy_()) {}

void Sync::run(int in, int out) {
    // What a replay has had, very many small pieces, would else be put together all at once some
    // time later, when a live event waits.
    mallopt(M_MXFAST, 0);
    for (;;) {
        if (!is_busy() || is_readable(in, break_until_ - Clock::now())) {
            if (!reader_.read(in)) {
                return;
            }
            if (const auto now = Clock::now(); now - looked_ > fresh) {
                kernel_.forget();
                looked_ = now;
            }
            while (const auto frame = reader_.next()) {
                handle(*frame);
            }
            flush(out);
        }
        if (is_busy() && Clock::now() >= break_until_) {
            work();
            flush(out);
        }
    }
}

void Sync::work() {
    const auto begun = Clock::now();
    try {
        if (phase_ == Phase::listing && !inventory_->read()) {
            end_phase(Phase::claiming, Exit::done, "");
        } else if (phase_ == Phase::sweeping && !inventory_->sweep(kernel_, policy_)) {
            end_phase(Phase::idle, Exit::done,
                      "replay: routes added " + std::to_string(set_) + ", removed " +
                          std::to_string(inventory_->removed()) + ", leases without one " +
                          std::to_string(without_));
        }
    } catch (const Failure& failure) {
        end_phase(Phase::idle, failure.exit(), failure.what());
    }
    const auto now = Clock::now();
    break_until_ = now - live_ < serving ? now + breaks * (now - begun) : now;
}

void Sync::end_phase(Phase next, Exit exit, const std::string& text) {
    answer(std::exchange(mark_, ""), exit, text);
    phase_ = next;
    if (phase_ == Phase::idle) {
        inventory_.reset();
    }
}

void Sync::handle(const Frame& frame) {
    if (frame.name() == "HELLO") {
        greet(frame);
    } else if (frame.name() == "EVENT") {
        handle_event(frame);
    }
}

void Sync::greet(const Frame& frame) {
    if (frame.value() != "1") {
        throw Failure(Exit::version, "the hook speaks version " + quoted(frame.value()) +
                                         " of the protocol, and this program version 1: install "
                                         "the same release of both and restart Kea");
    }
    const std::string_view family = frame.at("FAMILY");
    if (family != "4" && family != "6") {
        throw Failure(Exit::usage, "FAMILY=" + quoted(family) + " is neither 4 nor 6");
    }
    family_ = family == "4" ? AF_INET : AF_INET6;
}

void Sync::handle_event(const Frame& frame) {
    const EventLine event(frame.value());
    if (family_ == 0) {
        throw Failure(Exit::usage, "an event came before HELLO=1");
    }
    try {
        if (event.point == "replay_begin") {
            begin_replay(event.id);
        } else if (event.point == "replay_end") {
            end_replay(frame, event.id);
        } else {
            const LeaseEvent lease = parse_lease_event(frame, event.point, family_);
            live_ = lease.replayed ? live_ : Clock::now();
            answer(event.id, Exit::done, carry_out(event.id, lease));
        }
    } catch (const Failure& failure) {
        kernel_.forget();
        answer(event.id, failure.exit(), failure.what());
    }
}

void Sync::begin_replay(const std::string& id) {
    phase_ = Phase::idle;
    inventory_.reset();
    policy_ = Policy();  // as long as the rules cannot be read, they allow nothing
    policy_ = read_policy_();
    inventory_ = std::make_unique<Inventory>(family_, policy_);
    phase_ = Phase::listing;
    mark_ = id;
    set_ = without_ = 0;
}

void Sync::end_replay(const Frame& frame, const std::string& id) {
    if (phase_ != Phase::claiming) {
        throw Failure(Exit::usage, "replay_end without replay_begin: no route is removed");
    }
    const auto leases = parse_leases(frame.at("KEA_REPLAY_LEASES"));
    mark_ = id;
    if (leases == 0) {
        warn(id, inventory_->kept(policy_));
        end_phase(Phase::idle, Exit::done, "");
    } else {
        phase_ = Phase::sweeping;
    }
}

std::string Sync::carry_out(const std::string& id, const LeaseEvent& event) {
    Route wanted;
    wanted.destination = event.destination;
    switch (event.wish) {
        case LeaseEvent::Wish::nothing:
            return "";
        case LeaseEvent::Wish::del:
            return remove(wanted);
        case LeaseEvent::Wish::add:
            break;
    }
    try {
        const std::string text = add(route_of(event));
        if (!event.replayed) {
            return text;
        }
        set_ += text.empty() ? 0 : 1;
    } catch (const Failure& failure) {
        keep(wanted);
        if (!event.replayed) {
            throw;
        }
        // The other leases must not lack their routes because of this one.
        ++without_;
        warn(id, failure.what());
    }
    return "";
}

std::string Sync::add(const Route& wanted) {
    require_routable(wanted);
    std::string text;
    for (const Route& route : policy_.require_allowed(wanted)) {
        require_not_connected(route.destination, kernel_.connected(family_));
        const unsigned device = kernel_.device(route.device);
        if (kernel_.add(route, inventory_ && inventory_->has(route, device))) {
            text += (text.empty() ? "route add " : "; route add ") + to_text(route);
        }
        if (inventory_) {
            inventory_->set(route, device);
        }
    }
    return text;
}

std::string Sync::remove(const Route& wanted) {
    require_routable(wanted);
    std::string text;
    for (const Route& route : policy_.require_allowed(wanted)) {
        if (kernel_.remove(route)) {
            text = "route del " + to_text(wanted);
        }
        if (inventory_) {
            inventory_->forget(route);
        }
    }
    return text;
}

/// A lease lacks its route, but what there is of it stays.
void Sync::keep(const Route& wanted) {
    if (inventory_) {
        for (const Route& route : policy_.allowed(wanted)) {
            inventory_->claim(route);
        }
    }
}

void Sync::answer(const std::string& id, Exit exit, const std::string& text) {
    out_ += "done " + id + " " + std::to_string(static_cast<int>(exit));
    out_ += (text.empty() ? "" : " ") + text + "\n";
}

void Sync::warn(const std::string& id, const std::string& text) {
    out_ += "log warn " + id + " " + text + "\n";
}

void Sync::flush(int out) {
    while (!out_.empty()) {
        const ssize_t count = write(out, out_.data(), out_.size());
        if (count >= 0) {
            out_.erase(0, static_cast<std::size_t>(count));
        } else if (errno == EAGAIN) {
            pollfd wait{out, POLLOUT, 0};
            poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            throw Failure(Exit::kernel,
                          std::string("cannot write the answers: ") + std::strerror(errno));
        }
    }
}

}  // namespace kea_runscript::route
