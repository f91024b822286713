// A worker that reads each event whole and answers at once, many answers with one write.
#include <unistd.h>

#include <string>

#include "core/protocol.h"

int main() {
    kea_runscript::core::DownReader stream;
    char buffer[65536];
    std::string answers;
    for (ssize_t size = 0; (size = read(0, buffer, sizeof buffer)) > 0;) {
        stream.feed({buffer, static_cast<std::size_t>(size)});
        answers.clear();
        while (const auto frame = stream.next()) {
            if (frame->first.first == "EVENT") {
                const std::string_view value = frame->first.second;
                answers.append("done ").append(value.substr(0, value.find(' '))).append(" 0\n");
            }
        }
        for (std::size_t sent = 0; sent < answers.size();) {
            const ssize_t written = write(1, answers.data() + sent, answers.size() - sent);
            if (written < 0) {
                return 1;
            }
            sent += static_cast<std::size_t>(written);
        }
    }
    return 0;
}
