#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "core/config.h"
#include "temporary_folder.h"

namespace {

using kea_runscript::core::check_script;

class CheckScript : public testing::Test {
protected:
    void SetUp() override {
        // Everything above must be beyond doubt, or all that follows tests something else.
        const std::string refusal = check_script(folder.script("good", "exit 0"));
        if (!refusal.empty()) {
            GTEST_SKIP() << "needs a folder that only root or this user can write to: " << refusal;
        }
    }
    void expect_refused(const std::string& path, const char* reason) {
        const std::string refusal = check_script(path);
        EXPECT_NE(refusal.find(reason), std::string::npos) << "'" << refusal << "'";
        EXPECT_NE(refusal.find(path.substr(path.rfind('/'))), std::string::npos) << refusal;
    }
    TemporaryFolder folder;
};

TEST_F(CheckScript, AcceptsAnExecutableOfOurs) {
    EXPECT_EQ(check_script(folder.path("good")), "");
}

TEST_F(CheckScript, RefusesWhatIsMissing) {
    expect_refused(folder.path("missing"), "cannot be found");
}

TEST_F(CheckScript, RefusesAFolder) {
    std::filesystem::create_directory(folder.path("folder"));
    expect_refused(folder.path("folder"), "is not a file");
}

TEST_F(CheckScript, RefusesWhatIsNotExecutable) {
    chmod(folder.path("good").c_str(), 0644);
    expect_refused(folder.path("good"), "cannot be executed");
}

TEST_F(CheckScript, RefusesWhatOthersCanWrite) {
    chmod(folder.path("good").c_str(), 0757);
    expect_refused(folder.path("good"), "can be written by others");
}

TEST_F(CheckScript, RefusesAFolderThatOthersCanWrite) {
    std::filesystem::create_directory(folder.path("open"));
    const std::string script = folder.script("open/script", "exit 0");
    chmod(folder.path("open").c_str(), 0777);
    EXPECT_NE(check_script(script).find("open' can be written by others"), std::string::npos);
}

TEST_F(CheckScript, LooksWhereALinkLeads) {
    std::filesystem::create_directory(folder.path("open"));
    folder.script("open/script", "exit 0");
    std::filesystem::create_symlink(folder.path("open/script"), folder.path("link"));
    EXPECT_EQ(check_script(folder.path("link")), "");
    chmod(folder.path("open").c_str(), 0777);
    EXPECT_NE(check_script(folder.path("link")).find("open' can be written"), std::string::npos);
}

}  // namespace
