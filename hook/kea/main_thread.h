#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "core/fd.h"

namespace kea_runscript {

/// The only way from another thread into Kea's main loop: an external socket of its select().
class MainThread {
public:
    /// `first` is the first thing to run there, as soon as the main loop runs.
    /// Throws if Kea cannot watch one more descriptor.
    explicit MainThread(std::function<void()> first);
    ~MainThread();
    MainThread(const MainThread&) = delete;
    MainThread& operator=(const MainThread&) = delete;

    /// Runs `task` in the main thread, soon. Tasks that have not run at close() never do.
    void post(std::function<void()> task);

    void close();

private:
    void run();

    core::Fd eventfd_;
    std::mutex mutex_;
    std::vector<std::function<void()>> tasks_;
};

}  // namespace kea_runscript
