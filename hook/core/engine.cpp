#include "core/engine.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <csignal>

namespace kea_runscript::core {

namespace {

/// What scripts and peers may write into the log.
constexpr std::size_t kLinesPerSecond = 50;

std::string mode_name(Mode mode) {
    return mode == Mode::Exec ? "exec" : mode == Mode::Worker ? "worker" : "socket";
}

std::string phase_name(Replay::Phase phase) {
    switch (phase) {
        case Replay::Phase::None:
            break;
        case Replay::Phase::Waiting:
            return "waiting";
        case Replay::Phase::Begin:
            return "begin";
        case Replay::Phase::Leases:
            return "leases";
        case Replay::Phase::End:
            return "end";
    }
    return "none";
}

}  // namespace

Engine::Engine(Config config, const std::string& runner, std::string kea, Family family,
               Notify notify)
    : config_(std::move(config)),
      notify_(std::move(notify)),
      output_(kLinesPerSecond),
      epoll_(make_epoll()),
      wake_(make_eventfd()),
      peer_(config_, runner,
            Hello{config_.name, std::move(kea), family == Family::V4 ? "4" : "6",
                  config_.max_parallel, mode_name(config_.mode)},
            notify_, epoll_.get()),
      window_(config_.max_parallel) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = wake_.get();
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
}

Engine::~Engine() {
    alive_.reset();  // reservations that live on have nothing to give up any more
    stop(std::chrono::milliseconds(0));
}

void Engine::start() {
    const Lock lock(mutex_);
    if (thread_.joinable() || stopping_) {
        return;
    }
    // The thread inherits the mask: the server's signals are for the server's threads, and a broken
    // pipe must not raise SIGPIPE.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread(&Engine::run, this);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::shared_ptr<Waiter> Engine::make_waiter() const {
    auto waiter = std::make_shared<Waiter>();
    waiter->deadline = Clock::now() + config_.timeout;
    return waiter;
}

std::shared_ptr<Reservation> Engine::reserve(const std::string& key) {
    const auto give_up = [this, alive = std::weak_ptr<void>(alive_)](Reservation* reservation) {
        if (!alive.expired()) {
            cancel(*reservation);
        }
        delete reservation;
    };
    const std::shared_ptr<Reservation> reservation(new Reservation, give_up);
    const Lock lock(mutex_);
    reservation->event = &queue_.reserve(key);
    return reservation;
}

void Engine::cancel(Reservation& reservation) {
    if (reservation.event) {
        Lock lock(mutex_);
        queue_.finish(*reservation.event);
        unlock_and_wake(lock);
    }
}

bool Engine::submit(std::vector<std::unique_ptr<Event>> packet,
                    const std::shared_ptr<Waiter>& waiter) {
    start();
    const auto now = Clock::now();
    Lock lock(mutex_);
    if (stopping_) {
        status_.bypassed += waiter ? 1 : 0;
        return false;
    }
    const bool full = queue_.live_waiting() >= config_.queue_limit && !queue_.oldest_idle();
    const bool attached = waiter && !peer_down_ && !full;
    status_.bypassed += waiter && !attached ? 1 : 0;
    const std::size_t size = packet.size();
    const auto placed = queue_.push(std::move(packet), attached ? waiter : nullptr);
    status_.events += placed.size();
    status_.joined += size - placed.size();
    for (Event* event : placed) {
        event->submitted = now;
        claim(*event);
    }
    if (attached && waiter->on_settled) {
        deadlines_.emplace(waiter->deadline, waiter);
    }
    discard_excess(now);
    unlock_and_wake(lock);
    return attached;
}

Verdict Engine::wait(Waiter& waiter) {
    Lock lock(mutex_);
    if (!waiter.changed.wait_until(lock, waiter.deadline, [&] { return waiter.settled; })) {
        give_up(waiter);
    }
    return waiter.verdict;
}

void Engine::count_bypassed() {
    const Lock lock(mutex_);
    ++status_.bypassed;
}

void Engine::restart() {
    Lock lock(mutex_);
    restart_ = true;
    unlock_and_wake(lock);
}

void Engine::stop(std::chrono::milliseconds limit) {
    Lock lock(mutex_);
    stopping_ = true;
    stop_deadline_ = Clock::now() + limit;
    replay_.stop();
    queue_.drop_replay();
    unlock_and_wake(lock);
    if (thread_.joinable()) {
        thread_.join();
    }
}

Status Engine::status() const {
    const Lock lock(mutex_);
    Status status = status_;
    status.parked = deadlines_.size();
    status.replay = phase_name(replay_.phase());
    status.replayed = replay_.told();
    if (left_) {
        status.undelivered = queue_.live();
        status.connected = false;
        status.pid = 0;
        return status;
    }
    status.queued = queue_.live_waiting();
    status.open = queue_.live_open();
    if (const Event* const oldest = queue_.oldest_live()) {
        status.oldest =
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - oldest->submitted);
    }
    return status;
}

void Engine::discard_excess(Clock::time_point now) {
    while (queue_.live_waiting() > config_.queue_limit) {
        Event* const oldest = queue_.oldest_idle();
        if (!oldest) {
            return;
        }
        if (may_say(Notice::EventDiscarded, now)) {
            note(Notice::EventDiscarded, {describe(*oldest)});
        }
        queue_.finish(*oldest);
        ++status_.discarded;
        status_.dirty = true;
        if (replay_.needs_all()) {
            give_up_replay("events were discarded", now);
        }
    }
}

/// Wakes the I/O thread if it has to do something now, and not by holding the mutex: else it would
/// often wake only to wait for that.
void Engine::unlock_and_wake(Lock& lock) {
    const bool wake = asleep_ && (stopping_ || restart_ || !notices_.empty() ||
                                  (queue_.may_open(replay_room_) && queue_.open() < room_) ||
                                  replay_.due() < wakes_at_ || output_.due() < wakes_at_ ||
                                  next_step(Clock::time_point::min()) != Replay::Step::None ||
                                  (!deadlines_.empty() && deadlines_.begin()->first < wakes_at_));
    asleep_ = asleep_ && !wake;
    lock.unlock();
    if (wake) {
        const std::uint64_t one = 1;
        // Cannot fail: the counter is nowhere near its limit.
        [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
    }
}

}  // namespace kea_runscript::core
