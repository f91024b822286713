#include "kea/main_thread.h"

#include <dhcp/iface_mgr.h>
#include <sys/select.h>
#include <unistd.h>

#include <stdexcept>

namespace kea_runscript {

MainThread::MainThread(std::function<void()> first) : eventfd_(core::make_eventfd()) {
    // Kea puts it into an fd_set without looking.
    if (eventfd_.get() >= FD_SETSIZE) {
        throw std::runtime_error("the server has more than " + std::to_string(FD_SETSIZE) +
                                 " descriptors open: too many for one more that it can watch");
    }
    isc::dhcp::IfaceMgr::instance().addExternalSocket(eventfd_.get(), [this](int) { run(); });
    post(std::move(first));
}

MainThread::~MainThread() {
    close();
}

void MainThread::close() {
    if (eventfd_) {
        isc::dhcp::IfaceMgr::instance().deleteExternalSocket(eventfd_.get());
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

}  // namespace kea_runscript
