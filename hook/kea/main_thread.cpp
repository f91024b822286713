#include "kea/main_thread.h"

#include <dhcp/iface_mgr.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace kea_runscript {

MainThread::MainThread(std::function<void()> first)
    : eventfd_(core::make_eventfd()), clock_(core::make_timerfd()) {
    // Kea puts them into an fd_set without looking.
    if (std::max(eventfd_.get(), clock_.get()) >= FD_SETSIZE) {
        throw std::runtime_error("the server has about " + std::to_string(FD_SETSIZE) +
                                 " descriptors open: too many for two more that it can watch");
    }
    auto& interfaces = isc::dhcp::IfaceMgr::instance();
    interfaces.addExternalSocket(eventfd_.get(), [this](int) { run(); });
    interfaces.addExternalSocket(clock_.get(), [this](int) { run_due(); });
    post(std::move(first));
}

MainThread::~MainThread() {
    close();
}

void MainThread::close() {
    if (eventfd_) {
        isc::dhcp::IfaceMgr::instance().deleteExternalSocket(eventfd_.get());
        isc::dhcp::IfaceMgr::instance().deleteExternalSocket(clock_.get());
        const std::lock_guard<std::mutex> lock(mutex_);
        eventfd_.reset();
    }
}

void MainThread::post(std::function<void()> task) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!eventfd_) {
        return;
    }
    tasks_.push_back(std::move(task));
    if (tasks_.size() > 1) {
        return;  // the main thread has been woken for the first one, and takes all
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(eventfd_.get(), &one, sizeof one);
}

void MainThread::run() {
    std::vector<std::function<void()>> tasks;
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t size = read(eventfd_.get(), &count, sizeof count);
        tasks.swap(tasks_);
    }
    for (const auto& task : tasks) {
        task();
    }
}

void MainThread::after(core::Clock::duration time, std::function<void()> task) {
    due_.emplace(core::Clock::now() + time, std::move(task));
    set_clock();
}

void MainThread::run_due() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = read(clock_.get(), &count, sizeof count);
    const auto end = due_.upper_bound(core::Clock::now());
    std::vector<std::function<void()>> tasks;
    for (auto task = due_.begin(); task != end; ++task) {
        tasks.push_back(std::move(task->second));
    }
    due_.erase(due_.begin(), end);
    set_clock();
    for (const auto& task : tasks) {
        task();
    }
}

/// Has the clock run out when the next task is due.
void MainThread::set_clock() {
    itimerspec at{};  // zero: never
    if (!due_.empty()) {
        const auto due = due_.begin()->first.time_since_epoch();
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(due);
        at.it_value.tv_sec = seconds.count();
        at.it_value.tv_nsec = std::chrono::nanoseconds(due - seconds).count();
    }
    timerfd_settime(clock_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
}

}  // namespace kea_runscript
