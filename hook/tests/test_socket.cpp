// The engine with services behind a unix socket.
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <atomic>
#include <csignal>

#include "engine_test.h"

namespace {

using namespace kea_runscript::test;

Fd listen_at(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    unlink(path.c_str());
    if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(fd.get(), 8) != 0) {
        return Fd();
    }
    return fd;
}

/// One connection of a service: answers what `handle` returns for each event's frame, until it
/// returns nothing or the stream ends.
void serve(const Fd& listener, const std::function<std::string(const DownFrame&)>& handle) {
    const Fd stream(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    DownReader reader;
    char buffer[65536];
    for (ssize_t size = 0; (size = read(stream.get(), buffer, sizeof buffer)) > 0;) {
        reader.feed({buffer, static_cast<std::size_t>(size)});
        while (const auto frame = reader.next()) {
            const std::string answer = handle(*frame);
            if (answer == "close") {
                return;
            }
            send(stream.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        }
    }
}

std::string done(const DownFrame& frame) {
    const std::string_view value = frame.first.second;
    return frame.first.first != "EVENT"
               ? ""
               : "done " + std::string(value.substr(0, value.find(' '))) + " 0\n";
}

class Socket : public EngineTest {
protected:
    using EngineTest::start;
    Engine& start(const std::string& user = "", std::chrono::milliseconds timeout = 10s) {
        Config config = EngineTest::config(Mode::Socket);
        config.socket = path;
        config.socket_user = user;
        config.timeout = timeout;
        return start(config);
    }

    const std::string path = folder.path("socket");
};

TEST_F(Socket, AServiceAnswersAndIsToldOfTheEnd) {
    const Fd listener = listen_at(path);
    std::string greeting;
    std::string farewell;
    std::thread service([&] {
        serve(listener, [&](const DownFrame& frame) {
            if (frame.first.first == "HELLO") {
                greeting = frame.pairs.back().second;
            }
            if (frame.first.first == "DRAIN") {
                farewell = frame.first.first;
            }
            return done(frame);
        });
    });
    start();
    EXPECT_EQ(run("k"), Verdict::Continue);
    EXPECT_EQ(wait_for(Notice::SocketConnected).at(1), path);
    EXPECT_EQ(count(Notice::RunnerStarted), 0U);
    engine->stop(10s);
    service.join();
    EXPECT_EQ(greeting, "socket");
    EXPECT_EQ(farewell, "DRAIN");
}

TEST_F(Socket, OneThatGoesAwayIsConnectedToAgainAndGetsTheEventOnceMore) {
    const Fd listener = listen_at(path);
    std::thread service([&] {
        serve(listener, [](const DownFrame& frame) {
            return std::string(frame.first.first == "EVENT" ? "close" : "");
        });
        serve(listener, [](const DownFrame& frame) {
            const bool retry = !frame.pairs.empty() && frame.pairs.front().first == "RETRY";
            return retry ? done(frame) : "";
        });
    });
    start();
    EXPECT_EQ(run("k"), Verdict::Continue);
    EXPECT_EQ(wait_for(Notice::PeerEnded),
              (std::vector<std::string>{"test", "the service at " + path,
                                        "it has closed the stream", "1"}));
    engine.reset();
    service.join();
}

TEST_F(Socket, WhileNobodyListensNobodyWaits) {
    start();
    engine->start();
    EXPECT_EQ(wait_for(Notice::SocketFailed).at(2), "No such file or directory");
    EXPECT_TRUE(nobody_waits());
    const Fd listener = listen_at(path);
    std::thread service([&] { serve(listener, done); });
    EXPECT_TRUE(eventually([&] { return run("k") == Verdict::Continue; }));
    engine->stop(10s);
    service.join();
    EXPECT_EQ(count(Notice::Undelivered), 0U);
}

TEST_F(Socket, AHungServiceIsLeftAndTheStreamOpenedAnew) {
    const Fd listener = listen_at(path);
    std::thread service([&] {
        int events = 0;
        serve(listener, [&](const DownFrame& frame) {
            const bool event = frame.first.first == "EVENT";
            return event && events++ > 0 ? "" : event ? done(frame) : "ready 1\n";
        });
        serve(listener, done);
    });
    start("", 200ms);
    EXPECT_EQ(run("k"), Verdict::Continue);
    EXPECT_EQ(run("k"), Verdict::Drop);
    EXPECT_EQ(wait_for(Notice::PeerHung).at(1), "the service at " + path);
    EXPECT_EQ(run("k"), Verdict::Continue);
    engine.reset();
    service.join();
}

TEST_F(Socket, AUserThatDoesNotExistIsNamed) {
    const Fd listener = listen_at(path);
    start("nobody-of-this-name");
    engine->start();
    EXPECT_EQ(wait_for(Notice::SocketFailed).at(2),
              "there is no user 'nobody-of-this-name', whom 'socket-user' names");
}

/// A service of another user: the first bytes that it gets are in the file `got`.
class Stranger : public Socket {
protected:
    void SetUp() override {
        const passwd* const nobody = getpwnam("nobody");
        if (geteuid() != 0 || nobody == nullptr) {
            GTEST_SKIP() << "only root can start a service of another user";
        }
        std::filesystem::permissions(folder.path(""), std::filesystem::perms(0777));
        service = fork();
        if (service == 0) {
            const Fd listener(setuid(nobody->pw_uid) == 0 ? listen_at(path) : Fd());
            serve(listener, [this](const DownFrame& frame) {
                folder.script("got", "");
                return done(frame);
            });
            _exit(0);
        }
        ASSERT_TRUE(eventually([&] { return std::filesystem::is_socket(path); }));
    }
    void TearDown() override {
        engine.reset();
        if (service > 0) {
            kill(service, SIGKILL);
            waitpid(service, nullptr, 0);
        }
    }
    pid_t service = -1;
};

TEST_F(Stranger, IsRefusedAndSentNothing) {
    start();
    engine->start();
    EXPECT_EQ(wait_for(Notice::SocketRefused), (std::vector<std::string>{"test", path, "nobody"}));
    EXPECT_TRUE(nobody_waits());
    engine->stop(0ms);
    EXPECT_FALSE(std::filesystem::exists(folder.path("got")));
}

TEST_F(Stranger, IsWelcomeIfItIsNamed) {
    start("nobody");
    EXPECT_EQ(run("k"), Verdict::Continue);
}

}  // namespace
