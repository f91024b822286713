#include <Python.h>
#include <unistd.h>

#include "python/bind.h"
#include "python/stream.h"

namespace kea_runscript::python {

namespace {

namespace py = pybind11;

/// event[name], which is what handlers do most, without pybind11's way of finding the overload:
/// that would take longer than all the rest of it.
PyObject* subscript(PyObject* self, PyObject* name) {
    Py_ssize_t size = 0;
    if (const char* text = PyUnicode_Check(name) ? PyUnicode_AsUTF8AndSize(name, &size) : nullptr) {
        const auto& event = py::cast<const Event&>(py::handle(self));
        if (const auto value = event.find({text, static_cast<std::size_t>(size)})) {
            return to_unescaped(*value).release().ptr();
        }
    }
    PyErr_SetObject(PyExc_KeyError, name);
    return nullptr;
}

void set_up_event(PyHeapTypeObject* type) {
    type->as_mapping.mp_subscript = &subscript;
}

py::object get(const Event& event, std::string_view name, py::object otherwise) {
    const auto value = event.find(name);
    return value ? to_unescaped(*value) : std::move(otherwise);
}

py::list names(const Event& event) {
    py::list names;
    event.for_each([&](auto name, auto) { names.append(to_text(name)); });
    return names;
}

py::list values(const Event& event) {
    py::list values;
    event.for_each([&](auto, auto value) { values.append(to_unescaped(value)); });
    return values;
}

py::list items(const Event& event) {
    py::list items;
    event.for_each([&](auto name, auto value) {
        items.append(py::make_tuple(to_text(name), to_unescaped(value)));
    });
    return items;
}

std::size_t size(const Event& event) {
    std::size_t size = 0;
    event.for_each([&](auto, auto) { ++size; });
    return size;
}

std::string frame_of(std::uint64_t id, std::string_view point, const py::dict& variables,
                     bool retry, bool waited_for) {
    return core::event_frame(id, point, retry, waited_for, lines_of(variables));
}

std::unique_ptr<Event> make_event(std::string_view point, const py::dict& variables, bool retry,
                                  bool waited_for) {
    std::string text = frame_of(0, point, variables, retry, waited_for);
    text.pop_back();
    return std::make_unique<Event>(std::move(text));
}

std::unique_ptr<Stream> make_stream(int in, int out) {
    return std::make_unique<Stream>(core::Fd(in), core::Fd(out));
}

std::unique_ptr<Event> next(Stream& stream) {
    while (true) {
        if (auto event = stream.buffered()) {
            return event;
        }
        bool more = false;
        {
            const py::gil_scoped_release others_may_run;
            more = stream.receive();
        }
        if (PyErr_CheckSignals() != 0) {
            throw py::error_already_set();
        }
        if (!more) {
            throw py::stop_iteration();
        }
    }
}

/// What a handler may return: None, or an exit code.
int exit_code(const py::object& returned) {
    if (returned.is_none()) {
        return 0;
    }
    const bool is_number = PyLong_CheckExact(returned.ptr()) != 0;
    const long code = is_number ? PyLong_AsLong(returned.ptr()) : -1;
    PyErr_Clear();
    if (code < 0 || code > 255) {
        throw py::value_error("the handler returned " + std::string(py::repr(returned)) +
                              "; it may return None or an exit code from 0 to 255");
    }
    return static_cast<int>(code);
}

}  // namespace

void bind_stream(py::module_& m) {
    py::register_exception<VersionRefused>(m, "VersionRefused");

    py::class_<Event>(m, "Event", py::custom_type_setup(&set_up_event))
        .def(py::init(&make_event), py::arg("hook_point"), py::arg("variables") = py::dict(),
             py::kw_only(), py::arg("retry") = false, py::arg("waited_for") = false)
        .def_property_readonly("id", &Event::id)
        .def_property_readonly("hook_point",
                               [](const Event& event) { return to_text(event.hook_point()); })
        .def_property_readonly("retry", &Event::retry)
        .def_property_readonly("waited_for", &Event::waited_for)
        .def_property_readonly(
            "lease",
            [](const py::object& event) {
                return py::module_::import("kea_runscript.lease").attr("lease_of")(event);
            })
        .def("get", &get, py::arg("name"), py::arg("default") = py::none())
        .def("__contains__",
             [](const Event& event, std::string_view name) { return event.find(name).has_value(); })
        .def("__contains__", [](const Event&, const py::object&) { return false; })
        .def("__iter__", [](const Event& event) { return py::iter(names(event)); })
        .def("__len__", &size)
        .def("keys", &names)
        .def("values", &values)
        .def("items", &items)
        .def("__repr__", [](const Event& event) {
            return "<Event " + std::to_string(event.id()) + " " + std::string(event.hook_point()) +
                   ">";
        });

    py::class_<Stream>(m, "Stream")
        .def(py::init(&make_stream), py::arg("read"), py::arg("write"))
        .def("__iter__", [](py::object stream) { return stream; })
        .def("__next__", &next)
        .def("done",
             [](Stream& stream, const Event& event, const py::object& returned) {
                 stream.done(event.id(), exit_code(returned));
             })
        .def("log", [](Stream& stream, std::string_view level, const Event& event,
                       const py::str& text) { stream.log(level, event.id(), to_octets(text)); })
        .def("flush", &Stream::flush, py::call_guard<py::gil_scoped_release>());

    m.def("exit_code", &exit_code);

    m.def(
        "hello_frame",
        [](std::string entry, std::string kea, int family, unsigned window, std::string mode) {
            return py::bytes(core::hello_frame({std::move(entry), std::move(kea),
                                                std::to_string(family), window, std::move(mode)}));
        },
        py::kw_only(), py::arg("entry"), py::arg("kea"), py::arg("family"), py::arg("window"),
        py::arg("mode"));
    m.def(
        "event_frame",
        [](std::uint64_t id, std::string_view point, const py::dict& variables) {
            return py::bytes(frame_of(id, point, variables, false, true));
        },
        py::arg("id"), py::arg("hook_point"), py::arg("variables"));
    m.def("drain_frame",
          [](unsigned milliseconds) { return py::bytes(core::drain_frame(milliseconds)); });
}

}  // namespace kea_runscript::python
