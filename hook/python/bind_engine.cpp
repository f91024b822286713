#include <functional>
#include <memory>

#include "core/engine.h"
#include "python/bind.h"

namespace kea_runscript::python {

namespace {

namespace py = pybind11;

const char* name_of(core::Notice notice) {
    using core::Notice;
    switch (notice) {
        case Notice::RunnerStarted:
            return "runner-started";
        case Notice::RunnerStartFailed:
            return "runner-start-failed";
        case Notice::RunnerStartDenied:
            return "runner-start-denied";
        case Notice::RunnerRefused:
            return "runner-refused";
        case Notice::WorkerRefused:
            return "worker-refused";
        case Notice::SocketConnected:
            return "socket-connected";
        case Notice::SocketFailed:
            return "socket-failed";
        case Notice::SocketDenied:
            return "socket-denied";
        case Notice::SocketRefused:
            return "socket-refused";
        case Notice::PeerEnded:
            return "peer-ended";
        case Notice::PeerHung:
            return "peer-hung";
        case Notice::PeerRestarts:
            return "peer-restarts";
        case Notice::EventFailed:
            return "event-failed";
        case Notice::EventDiscarded:
            return "event-discarded";
        case Notice::PacketLate:
            return "packet-late";
        case Notice::Undelivered:
            return "undelivered";
        case Notice::ReplayDone:
            return "replay-done";
        case Notice::ReplayFailed:
            return "replay-failed";
        case Notice::OutputDebug:
            return "output-debug";
        case Notice::Output:
            return "output";
        case Notice::OutputWarning:
            return "output-warning";
        case Notice::OutputError:
            return "output-error";
        case Notice::Noise:
            return "noise";
        case Notice::OutputHeldBack:
            return "output-held-back";
    }
    return "";
}

/// Ends the engine, whose thread may want to call Python meanwhile.
struct WithoutGil {
    void operator()(core::Engine* engine) const {
        const py::gil_scoped_release others_may_run;
        delete engine;
    }
};
using EnginePtr = std::unique_ptr<core::Engine, WithoutGil>;

/// Calls Python from the engine's thread; an exception there is shown and forgotten.
core::Notify notify_by(const py::function& function) {
    const std::shared_ptr<py::function> kept(new py::function(function), [](py::function* gone) {
        const py::gil_scoped_acquire python;
        delete gone;
    });
    return [kept](core::Notice notice, const std::vector<std::string>& arguments) {
        const py::gil_scoped_acquire python;
        try {
            py::tuple texts(arguments.size());
            for (std::size_t i = 0; i < arguments.size(); ++i) {
                texts[i] = to_text(arguments[i]);
            }
            (*kept)(name_of(notice), texts);
        } catch (py::error_already_set& error) {
            error.discard_as_unraisable("kea_runscript._core.Engine");
        }
    };
}

EnginePtr make_engine(const core::Config& config, const std::string& runner, const std::string& kea,
                      int family, const py::function& notify) {
    return EnginePtr(new core::Engine(config, runner, kea, to_family(family), notify_by(notify)));
}

std::shared_ptr<core::Waiter> submit(core::Engine& engine, const py::iterable& packet, bool wait) {
    std::vector<std::unique_ptr<core::Event>> events;
    for (const py::handle& item : packet) {
        const auto [point, key, variables] =
            item.cast<std::tuple<std::string, std::string, py::dict>>();
        auto event = std::make_unique<core::Event>();
        event->point = core::find_hook_point(point);
        if (!event->point) {
            throw py::value_error("there is no hook point '" + point + "'");
        }
        event->key = key;
        event->lines = lines_of(variables);
        events.push_back(std::move(event));
    }
    auto waiter = wait ? engine.make_waiter() : nullptr;
    const py::gil_scoped_release others_may_run;
    return engine.submit(std::move(events), waiter) ? waiter : nullptr;
}

const char* wait(core::Engine& engine, core::Waiter& waiter) {
    const py::gil_scoped_release others_may_run;
    return python::to_word(engine.wait(waiter));
}

void stop(core::Engine& engine, unsigned milliseconds) {
    const py::gil_scoped_release others_may_run;
    engine.stop(std::chrono::milliseconds(milliseconds));
}

}  // namespace

void bind_engine(py::module_& m) {
    const py::class_<core::Waiter, std::shared_ptr<core::Waiter>> waiter(m, "Waiter");
    py::class_<core::Engine, EnginePtr>(m, "Engine")
        .def(py::init(&make_engine), py::arg("config"), py::arg("runner"), py::arg("kea"),
             py::arg("family"), py::arg("notify"))
        .def("submit", &submit, py::arg("packet"), py::arg("wait") = true)
        .def("wait", &wait, py::arg("waiter"))
        .def("stop", &stop, py::arg("milliseconds"));
}

}  // namespace kea_runscript::python
