#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "core/event.h"
#include "core/fd.h"

namespace kea_runscript {

/// Kea's main thread: the way there from other threads, and a clock in it. Both are external
/// sockets of its main loop's select().
class MainThread {
public:
    /// `first` is the first thing to run there, as soon as the main loop runs.
    /// Throws if Kea cannot watch two more descriptors.
    explicit MainThread(std::function<void()> first);
    ~MainThread();
    MainThread(const MainThread&) = delete;
    MainThread& operator=(const MainThread&) = delete;

    /// Runs `task` in the main thread, soon. Tasks that have not run at close() never do.
    void post(std::function<void()> task);

    /// The same after some time. To be called in the main thread.
    void after(core::Clock::duration time, std::function<void()> task);

    void close();

private:
    void run();
    void run_due();
    void set_clock();

    core::Fd eventfd_;
    std::mutex mutex_;
    std::vector<std::function<void()>> tasks_;

    // The main thread's own.
    core::Fd clock_;
    std::multimap<core::Clock::time_point, std::function<void()>> due_;
};

}  // namespace kea_runscript
