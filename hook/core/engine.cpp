#include "core/engine.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <csignal>
namespace kea_runscript::core {

namespace {

/// Events that may wait. Beyond it the oldest that no packet waits for is discarded.
constexpr std::size_t kQueueLimit = 10'000;

std::vector<std::string> runner_command(const std::string& runner, const Config& config) {
    return {runner, "--timeout", std::to_string(config.timeout.count()), "--", config.script};
}

}  // namespace

Engine::Engine(Config config, const std::string& runner, std::string kea, Family family,
               Notify notify)
    : config_(std::move(config)),
      notify_(std::move(notify)),
      epoll_(make_epoll()),
      wake_(make_eventfd()),
      peer_(runner_command(runner, config_),
            Hello{config_.name, std::move(kea), family == Family::V4 ? "4" : "6",
                  config_.max_parallel, "exec"},
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
        wake(lock);
    }
}

bool Engine::submit(std::vector<std::unique_ptr<Event>> packet,
                    const std::shared_ptr<Waiter>& waiter) {
    start();
    Lock lock(mutex_);
    if (stopping_) {
        return false;
    }
    const bool full = queue_.size() >= kQueueLimit && !queue_.oldest_idle();
    const bool attached = waiter && !peer_down_ && !full;
    queue_.push(std::move(packet), attached ? waiter : nullptr);
    if (attached && waiter->on_settled) {
        deadlines_.emplace(waiter->deadline, waiter);
    }
    discard_excess();
    wake(lock);
    return attached;
}

Verdict Engine::wait(Waiter& waiter) {
    Lock lock(mutex_);
    if (!waiter.changed.wait_until(lock, waiter.deadline, [&] { return waiter.settled; })) {
        give_up(waiter);
    }
    return waiter.verdict;
}

void Engine::stop(std::chrono::milliseconds limit) {
    Lock lock(mutex_);
    stopping_ = true;
    stop_deadline_ = Clock::now() + limit;
    wake(lock);
    if (thread_.joinable()) {
        thread_.join();
    }
}

/// Wakes the I/O thread, after giving up the mutex: else it would often wake only to wait for it.
void Engine::wake(Lock& lock) {
    const bool pending = std::exchange(wake_pending_, true);
    lock.unlock();
    if (!pending) {
        const std::uint64_t one = 1;
        // Cannot fail: the counter is nowhere near its limit.
        [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
    }
}

void Engine::discard_excess() {
    while (queue_.size() > kQueueLimit) {
        Event* const oldest = queue_.oldest_idle();
        if (!oldest) {
            return;
        }
        note(Notice::EventDiscarded, {describe(*oldest)});
        queue_.finish(*oldest);
    }
}

void Engine::note(Notice notice, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), config_.name);
    notices_.emplace_back(notice, std::move(arguments));
}

std::string Engine::describe(const Event& event) {
    return std::string(event.point->name) + " " + event.key;
}

}  // namespace kea_runscript::core
