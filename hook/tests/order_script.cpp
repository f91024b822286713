// What the tests of order run, as a script for each event or as a worker. Takes a random time for
// each, which a worker spends on all of them at once, and notes in a file when it starts and ends
// one: `S KEY NUMBER RETRY PID` and `E KEY NUMBER RETRY PID`.
//   order_script POINT FILE     with KEA_KEY and KEA_N in the environment
//   order_script FILE           as a worker
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "core/protocol.h"

namespace {

using Clock = std::chrono::steady_clock;
using namespace kea_runscript::core;

struct Run {
    std::string id;
    std::string key;
    std::string number;
    std::string retry = "0";
};

std::chrono::microseconds some_time() {
    static std::minstd_rand random(static_cast<unsigned>(getpid()));
    return std::chrono::microseconds(random() % 2000);
}

void write_all(int fd, const std::string& text) {
    if (write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        _exit(1);  // nobody listens any more
    }
}

void note(int file, char what, const Run& run) {
    write_all(file, std::string(1, what) + " " + run.key + " " + run.number + " " + run.retry +
                        " " + std::to_string(getpid()) + "\n");
}

Run read_event(const DownFrame& frame) {
    Run run;
    run.id = frame.first.second.substr(0, frame.first.second.find(' '));
    for (const auto& [name, value] : frame.pairs) {
        if (name == "KEA_KEY") {
            run.key = value;
        } else if (name == "KEA_N") {
            run.number = value;
        } else if (name == "RETRY") {
            run.retry = value;
        }
    }
    return run;
}

int work(int file) {
    DownReader stream;
    std::multimap<Clock::time_point, Run> running;
    for (bool more = true; more || !running.empty();) {
        const auto left = running.empty() ? std::chrono::milliseconds(-1)
                                          : std::chrono::ceil<std::chrono::milliseconds>(
                                                running.begin()->first - Clock::now());
        pollfd input{more ? STDIN_FILENO : -1, POLLIN, 0};
        poll(&input, 1, running.empty() ? -1 : std::max(0, static_cast<int>(left.count())));
        if (input.revents != 0) {
            char buffer[65536];
            const ssize_t size = read(STDIN_FILENO, buffer, sizeof buffer);
            more = size > 0;
            stream.feed({buffer, static_cast<std::size_t>(more ? size : 0)});
            while (const auto frame = stream.next()) {
                if (frame->first.first == "EVENT") {
                    const Run run = read_event(*frame);
                    note(file, 'S', run);
                    running.emplace(Clock::now() + some_time(), run);
                }
            }
        }
        std::string answers;
        while (!running.empty() && running.begin()->first <= Clock::now()) {
            const Run run = running.begin()->second;
            running.erase(running.begin());
            note(file, 'E', run);
            answers += "done " + run.id + " 0\n";
        }
        if (!answers.empty()) {
            write_all(STDOUT_FILENO, answers);
        }
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const int file = open(argv[argc - 1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const char* const number = std::getenv("KEA_N");
    if (number == nullptr) {
        return work(file);
    }
    const Run run{"", std::getenv("KEA_KEY"), number};
    note(file, 'S', run);
    std::this_thread::sleep_for(some_time());
    note(file, 'E', run);
    return 0;
}
