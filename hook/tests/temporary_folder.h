#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

/// A folder of a test's own, removed with its contents at the end.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = "/var/lib/runscript-test-XXXXXX";
        if (mkdtemp(name.data()) == nullptr) {
            name = (std::filesystem::temp_directory_path() / "runscript-test-XXXXXX").string();
            if (mkdtemp(name.data()) == nullptr) {
                std::abort();
            }
        }
        path_ = name;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::string path(const std::string& name) const { return path_ / name; }
    /// Writes a `sh` script and returns its path.
    std::string script(const std::string& name, const std::string& body) const {
        std::ofstream(path(name)) << "#!/bin/sh\n" << body << "\n";
        std::filesystem::permissions(path(name), std::filesystem::perms(0755));
        return path(name);
    }
    std::string read(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(path(name)).rdbuf();
        return text.str();
    }

private:
    std::filesystem::path path_;
};
