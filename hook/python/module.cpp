// kea_runscript._core: the very code that runs inside Kea, for Python. _core.pyi describes it.
#include "core/escape.h"
#include "core/frame.h"
#include "python/bind.h"

namespace kea_runscript::python {

namespace py = pybind11;

py::str to_text(std::string_view octets) {
    return py::reinterpret_steal<py::str>(PyUnicode_DecodeUTF8(
        octets.data(), static_cast<Py_ssize_t>(octets.size()), "surrogateescape"));
}

py::str to_unescaped(std::string_view value) {
    if (value.find('\\') == std::string_view::npos) {
        return to_text(value);
    }
    return to_text(core::unescaped_for_environment(value));
}

std::string to_octets(const py::str& text) {
    PyObject* octets = PyUnicode_AsEncodedString(text.ptr(), "utf-8", "surrogateescape");
    if (!octets) {
        throw py::error_already_set();
    }
    return py::reinterpret_steal<py::bytes>(octets);
}

std::string lines_of(const py::dict& variables) {
    core::Frame frame{core::Selection()};
    for (const auto& [name, value] : variables) {
        frame.add(to_octets(py::str(name)), to_octets(py::str(value)));
    }
    return frame.lines();
}

}  // namespace kea_runscript::python

PYBIND11_MODULE(_core, m) {
    using namespace kea_runscript::python;
    m.def("escape", [](const pybind11::str& text) {
        return to_text(kea_runscript::core::escaped(to_octets(text)));
    });
    m.def("unescape", [](const pybind11::str& text) { return to_unescaped(to_octets(text)); });
    bind_contract(m);
    bind_config(m);
    bind_stream(m);
    bind_engine(m);
}
