// The runner by itself, as anybody can call it from a shell.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>

#include "temporary_folder.h"

namespace {

class Runner : public testing::Test {
protected:
    /// Runs it with these arguments and redirections; returns the exit status.
    int run(const std::string& arguments) {
        FILE* const pipe = popen((RUNNER " " + arguments).c_str(), "r");
        char buffer[4096];
        for (std::size_t size = 0; (size = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
            said.append(buffer, size);
        }
        const int status = pclose(pipe);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    TemporaryFolder folder;
    std::string said;
};

TEST_F(Runner, ReadsEventsFromAFile) {
    const std::string script = folder.script("script", "exit $KEA_A");
    std::ofstream(folder.path("events"))
        << "HELLO=1\n\nEVENT=1 x\nKEA_A=0\n\nEVENT=2 x\nKEA_A=7\n\n";
    EXPECT_EQ(run("-- " + script + " <" + folder.path("events")), 0);
    EXPECT_EQ(said, "ready 1\ndone 1 0\ndone 2 7\n");
}

TEST_F(Runner, RefusesAnotherVersion) {
    EXPECT_EQ(run("-- /bin/true <<'END'\nHELLO=2\n\nEVENT=1 x\n\nEND"), 78);
    EXPECT_EQ(said, "");
}

TEST_F(Runner, GivesAWorkerItsStreamAndPassesItsStatusOn) {
    const std::string script = folder.script("script", "echo \"$1 $EXTRA\"; cat; exit 5");
    EXPECT_EQ(run("--worker --environment EXTRA=1 -- " + script + " a </dev/null"), 5);
    EXPECT_EQ(said, "a 1\n");
    EXPECT_EQ(run("--worker -- " + folder.script("signal", "kill -TERM $$")), 128 + SIGTERM);
    EXPECT_EQ(run("--worker -- /nonexistent 2>&1"), 127);
}

TEST_F(Runner, ExplainsItselfWhenItIsNotUnderstood) {
    for (const char* arguments :
         {"", "--", "-- relative", "--timeout 0 -- /bin/true", "--timeout x -- /bin/true",
          "--timeout", "--environment =x -- /bin/true", "--environment X -- /bin/true",
          "--unknown -- /bin/true", "/bin/true"}) {
        EXPECT_EQ(run(std::string(arguments) + " 2>&1 </dev/null"), 64) << arguments;
    }
    EXPECT_EQ(said.find("usage: kea-runscript-runner"), 0U);
}

}  // namespace
