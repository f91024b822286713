// The order of events under load, and under the death of what runs them.
#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

#include "core/leftovers.h"
#include "engine_test.h"

namespace {

using namespace kea_runscript::test;

constexpr int kLeases = 50;
constexpr int kMostWaiting = 1000;

/// What order_script has noted, and whether it was in order.
struct Log {
    std::set<int> ended;
    int repeated = 0;

    /// `lost`: whoever runs an event may be killed. Its line without an end is then none of its
    /// business any more, but neither may it say anything after others have gone on.
    void read(const std::string& text, bool lost) {
        struct Lease {
            int last = -1;
            int running = -1;
            std::string by;
        };
        std::map<std::string, Lease> leases;
        std::set<std::string> gone;
        std::istringstream lines(text);
        char what = 0;
        std::string key;
        int number = 0;
        bool retry = false;
        std::string pid;
        while (lines >> what >> key >> number >> retry >> pid) {
            Lease& lease = leases[key];
            ASSERT_EQ(gone.count(pid), 0U) << pid << " runs " << number << " beside its successor";
            if (what == 'S') {
                if (lost && lease.running >= 0 && lease.by != pid) {
                    gone.insert(lease.by);
                    lease.running = -1;
                }
                ASSERT_EQ(lease.running, -1) << number << " overlaps in lease " << key;
                ASSERT_GE(number, lease.last + (retry ? 0 : 1)) << "out of order in lease " << key;
                repeated += number == lease.last ? 1 : 0;
                lease.last = lease.running = number;
                lease.by = pid;
            } else {
                ASSERT_EQ(lease.running, number) << "in lease " << key;
                ended.insert(number);
                lease.running = -1;
            }
        }
    }
};

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// A runner that ends too late for its engine is collected by the next one, here by the test.
bool nothing_is_left() {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    return leftover_children(RUNNER).empty();
}

class Order : public EngineTest {
protected:
    Engine& start(Mode mode, unsigned max_parallel) {
        Config config = EngineTest::config(mode);
        config.script = ORDER_SCRIPT;
        config.arguments = {folder.path("log")};
        config.max_parallel = max_parallel;
        return EngineTest::start(config);
    }
    /// Submits the next event, for one of the leases, as soon as not too many wait.
    void submit_next() {
        ASSERT_TRUE(eventually([&] { return submitted - settled - unwaited < kMostWaiting; }));
        const std::string key = std::to_string(submitted % kLeases);
        const auto waiter = patient_waiter();
        waiter->on_settled = [this, number = submitted](Verdict verdict) {
            ++settled;
            if (verdict == Verdict::Continue) {
                const std::lock_guard<std::mutex> lock(mutex);
                EXPECT_TRUE(answered.insert(number).second);
            }
        };
        unwaited += engine->submit(event(key, "KEA_KEY=" + key +
                                                  "\nKEA_N=" + std::to_string(submitted) + "\n"),
                                   waiter)
                        ? 0
                        : 1;
        ++submitted;
    }
    /// Ends all that is queued and reads what was noted.
    Log finish(bool lost) {
        EXPECT_TRUE(eventually([&] { return settled + unwaited == submitted; }, 60s));
        engine->stop(60s);
        EXPECT_EQ(count(Notice::Undelivered), 0U);
        Log log;
        log.read(folder.read("log"), lost);
        return log;
    }
    /// Kills, under load, what `victim` names, whenever there is one, five times a second.
    void run_under_fire(const std::function<pid_t()>& victim);

    int submitted = 0;
    int unwaited = 0;  // submit() has said that there is no use in waiting
    std::atomic<int> settled{0};
    std::set<int> answered;
};

void expect_order(const Log& log, int events) {
    EXPECT_EQ(log.ended.size(), static_cast<std::size_t>(events));
    EXPECT_EQ(log.repeated, 0);
}

TEST_F(Order, IsKeptByAWorkerWithManyEventsAtOnce) {
    start(Mode::Worker, 64);
    while (submitted < 20'000) {
        submit_next();
    }
    expect_order(finish(false), submitted);
}

TEST_F(Order, IsKeptByProcesses) {
    start(Mode::Exec, 8);
    while (submitted < PROCESSES) {
        submit_next();
    }
    expect_order(finish(false), submitted);
}

void Order::run_under_fire(const std::function<pid_t()>& victim) {
    const char* const given = std::getenv("RUNSCRIPT_FIRE_SECONDS");
    const auto duration = std::chrono::seconds(given ? std::atoi(given) : 3);
    const std::size_t descriptors = open_descriptors();
    start(Mode::Worker, 64);
    std::set<pid_t> killed;
    const auto end = Clock::now() + duration;
    for (auto next = Clock::now() + 200ms; Clock::now() < end;) {
        submit_next();
        if (Clock::now() >= next) {
            next += 200ms;
            const pid_t pid = victim();
            if (pid > 0 && killed.insert(pid).second) {
                kill(pid, SIGKILL);
            }
        }
    }
    const Log log = finish(true);
    const std::size_t failed = count(Notice::EventFailed);
    EXPECT_GE(killed.size(), 2U);
    EXPECT_LE(static_cast<std::size_t>(submitted) - log.ended.size(), failed);
    for (const int number : answered) {
        EXPECT_EQ(log.ended.count(number), 1U) << number << " was answered but not run";
    }
    EXPECT_EQ(settled, submitted - unwaited);
    EXPECT_GE(answered.size() + failed, static_cast<std::size_t>(submitted - unwaited));
    engine.reset();
    EXPECT_TRUE(eventually(nothing_is_left)) << "a child is left";
    EXPECT_EQ(open_descriptors(), descriptors);
    std::cout << submitted << " events, " << killed.size() << " kills, " << answered.size()
              << " answered, " << failed << " failed, " << unwaited << " not waited for, "
              << log.repeated << " repeated with RETRY=1\n";
}

TEST_F(Order, SurvivesTheDeathOfWorkers) {
    run_under_fire([&]() -> pid_t {
        const auto runners = leftover_children(RUNNER);
        pid_t worker = 0;
        if (!runners.empty()) {
            const std::string runner = std::to_string(runners.front());
            std::ifstream("/proc/" + runner + "/task/" + runner + "/children") >> worker;
        }
        // Before it is the script it shares the runner's memory, and with AddressSanitizer a lock
        // in there, which nobody would open any more.
        std::string program;
        std::getline(std::ifstream("/proc/" + std::to_string(worker) + "/comm"), program);
        return program == "order-script" ? worker : 0;
    });
}

TEST_F(Order, SurvivesTheDeathOfRunners) {
    run_under_fire([]() -> pid_t {
        const auto runners = leftover_children(RUNNER);
        return runners.empty() ? 0 : runners.front();
    });
}

}  // namespace
