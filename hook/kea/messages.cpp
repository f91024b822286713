#include "kea/messages.h"

#include <log/message_initializer.h>

namespace kea_runscript {

isc::log::Logger logger("runscript");

extern const isc::log::MessageID RUNSCRIPT_LOADED = "RUNSCRIPT_LOADED";
extern const isc::log::MessageID RUNSCRIPT_LOAD_FAILED = "RUNSCRIPT_LOAD_FAILED";
extern const isc::log::MessageID RUNSCRIPT_UNLOADED = "RUNSCRIPT_UNLOADED";
extern const isc::log::MessageID RUNSCRIPT_UNLOAD_FAILED = "RUNSCRIPT_UNLOAD_FAILED";
extern const isc::log::MessageID RUNSCRIPT_CONFIG_REFUSED = "RUNSCRIPT_CONFIG_REFUSED";
extern const isc::log::MessageID RUNSCRIPT_CALLOUT_FAILED = "RUNSCRIPT_CALLOUT_FAILED";
extern const isc::log::MessageID RUNSCRIPT_PACKET_DROPPED = "RUNSCRIPT_PACKET_DROPPED";
extern const isc::log::MessageID RUNSCRIPT_PARKING_FULL = "RUNSCRIPT_PARKING_FULL";
extern const isc::log::MessageID RUNSCRIPT_RESUME_FAILED = "RUNSCRIPT_RESUME_FAILED";
extern const isc::log::MessageID RUNSCRIPT_REUSED_LEASES = "RUNSCRIPT_REUSED_LEASES";

namespace {

using core::Notice;

enum class Severity { Debug, Info, Warn, Error };

/// At which `debuglevel` scripts' own debugging lines appear.
constexpr int kDebugLevel = 0;

struct NoticeMessage {
    Notice notice;
    Severity severity;
    isc::log::MessageID id;
    const char* text;
};

// One for each notice; the first argument is the entry's name.
const NoticeMessage kNotices[] = {
    {Notice::RunnerStarted, Severity::Info, "RUNSCRIPT_RUNNER_STARTED",
     "%1: the runner has started with pid %2"},
    {Notice::RunnerStartFailed, Severity::Error, "RUNSCRIPT_RUNNER_START_FAILED",
     "%1: cannot start %2: %3; the package kea-hook-runscript installs it; it is tried again"},
    {Notice::RunnerStartDenied, Severity::Error, "RUNSCRIPT_RUNNER_START_DENIED",
     "%1: the kernel refuses to start %2 (permission denied); where AppArmor confines Kea, add the "
     "line '%2 PUx,' to /etc/apparmor.d/local/usr.sbin.%3 and load the profile again; it is tried "
     "again"},
    {Notice::RunnerRefused, Severity::Error, "RUNSCRIPT_RUNNER_REFUSED",
     "%1: %2 is of another version than the library in memory; restart Kea"},
    {Notice::WorkerRefused, Severity::Error, "RUNSCRIPT_WORKER_REFUSED",
     "%1: %2 has ended with exit code 78, which says that it cannot speak version 1 of the "
     "protocol; it is not started again before Kea is reloaded or told to by 'runscript-restart'"},
    {Notice::SocketConnected, Severity::Info, "RUNSCRIPT_SOCKET_CONNECTED",
     "%1: connected to the service at %2"},
    {Notice::SocketFailed, Severity::Error, "RUNSCRIPT_SOCKET_FAILED",
     "%1: cannot connect to %2: %3; it is tried again"},
    {Notice::SocketDenied, Severity::Error, "RUNSCRIPT_SOCKET_DENIED",
     "%1: no permission to connect to %2: Kea's user needs write permission for it and search "
     "permission for its folders; where AppArmor confines Kea, add the line '%2 rw,' to "
     "/etc/apparmor.d/local/usr.sbin.%3 and load the profile again; it is tried again"},
    {Notice::SocketRefused, Severity::Error, "RUNSCRIPT_SOCKET_REFUSED",
     "%1: %2 is served by %3, but only root and Kea's own user may, or else the one user that "
     "'socket-user' names; it is tried again"},
    {Notice::PeerEnded, Severity::Error, "RUNSCRIPT_PEER_ENDED",
     "%1: %2 is lost (%3) with %4 events unanswered; a new stream is opened"},
    {Notice::PeerHung, Severity::Error, "RUNSCRIPT_PEER_HUNG",
     "%1: %2 does not answer for %3; its stream is closed and a new one opened"},
    {Notice::PeerRestarts, Severity::Info, "RUNSCRIPT_PEER_RESTARTS",
     "%1: %2 has asked to be restarted"},
    {Notice::EventFailed, Severity::Warn, "RUNSCRIPT_EVENT_FAILED",
     "%1: the script failed for %2: %3"},
    {Notice::EventDiscarded, Severity::Error, "RUNSCRIPT_EVENT_DISCARDED",
     "%1: too many events wait; discarded %2"},
    {Notice::PacketLate, Severity::Warn, "RUNSCRIPT_PACKET_LATE",
     "%1: a packet has waited for %2 ms; it goes on as 'on-failure' says"},
    {Notice::Undelivered, Severity::Warn, "RUNSCRIPT_UNDELIVERED",
     "%1: %2 events were not answered before the library was unloaded"},
    {Notice::ReplayDone, Severity::Info, "RUNSCRIPT_REPLAY_DONE",
     "%1: the script has been told all %2 active leases, within %3 ms"},
    {Notice::ReplayFailed, Severity::Error, "RUNSCRIPT_REPLAY_FAILED",
     "%1: the replay is given up: %2; another one begins in %3 s"},
    {Notice::OutputDebug, Severity::Debug, "RUNSCRIPT_OUTPUT_DEBUG", "%1: %2: %3"},
    {Notice::Output, Severity::Info, "RUNSCRIPT_OUTPUT", "%1: %2: %3"},
    {Notice::OutputWarning, Severity::Warn, "RUNSCRIPT_OUTPUT_WARNING", "%1: %2: %3"},
    {Notice::OutputError, Severity::Error, "RUNSCRIPT_OUTPUT_ERROR", "%1: %2: %3"},
    {Notice::Noise, Severity::Info, "RUNSCRIPT_NOISE", "%1: %2 says: %3"},
    {Notice::OutputHeldBack, Severity::Warn, "RUNSCRIPT_OUTPUT_HELD_BACK",
     "%1: %2 more lines within a second were not logged"},
};

const char* kValues[] = {
    RUNSCRIPT_LOADED,
    "%1: runs %2 at %3; packets wait: %4",
    RUNSCRIPT_LOAD_FAILED,
    "%1",
    RUNSCRIPT_UNLOADED,
    "the library has been unloaded",
    RUNSCRIPT_UNLOAD_FAILED,
    "%1",
    RUNSCRIPT_CONFIG_REFUSED,
    "%1; no script runs before another configuration is accepted",
    RUNSCRIPT_CALLOUT_FAILED,
    "the callout at %1 failed: %2",
    RUNSCRIPT_PACKET_DROPPED,
    "%1: no reply to %2: the script failed and 'on-failure' is 'drop'",
    RUNSCRIPT_PARKING_FULL,
    "%1: %2 packets wait already, three quarters of Kea's 'parked-packet-limit'; %3 goes on as "
    "'on-failure' says",
    RUNSCRIPT_RESUME_FAILED,
    "a packet that has waited for a script cannot go on: %1",
    RUNSCRIPT_REUSED_LEASES,
    "'cache-threshold' or 'cache-max-age' is set: this release of Kea does not tell which IPv6 "
    "leases it renews without writing them, and no script runs for these",
    nullptr,
};

std::vector<const char*> notice_values() {
    std::vector<const char*> values;
    for (const NoticeMessage& message : kNotices) {
        values.push_back(message.id);
        values.push_back(message.text);
    }
    values.push_back(nullptr);
    return values;
}

std::vector<const char*> notice_value_list = notice_values();
const isc::log::MessageInitializer kInitializer(kValues);
const isc::log::MessageInitializer kNoticeInitializer(notice_value_list.data());

/// Hands the arguments over to one of Kea's formatters.
template <typename Formatter>
void format(Formatter formatter, const std::vector<std::string>& arguments) {
    for (const std::string& argument : arguments) {
        formatter.arg(argument);
    }
}

const NoticeMessage& message_of(Notice notice) {
    const NoticeMessage* message = kNotices;
    while (message->notice != notice) {
        ++message;
    }
    return *message;
}

}  // namespace

bool is_logged(Notice notice) {
    switch (message_of(notice).severity) {
        case Severity::Debug:
            return logger.isDebugEnabled(kDebugLevel);
        case Severity::Info:
            return logger.isInfoEnabled();
        case Severity::Warn:
            return logger.isWarnEnabled();
        case Severity::Error:
            return logger.isErrorEnabled();
    }
    return true;
}

void log_notice(Notice notice, const std::vector<std::string>& arguments) {
    const NoticeMessage& message = message_of(notice);
    switch (message.severity) {
        case Severity::Debug:
            format(logger.debug(kDebugLevel, message.id), arguments);
            return;
        case Severity::Info:
            format(logger.info(message.id), arguments);
            return;
        case Severity::Warn:
            format(logger.warn(message.id), arguments);
            return;
        case Severity::Error:
            format(logger.error(message.id), arguments);
            return;
    }
}

}  // namespace kea_runscript
