#include <pybind11/stl.h>

#include <thread>

#include "core/config.h"
#include "python/bind.h"

namespace kea_runscript::python {

namespace py = pybind11;

const char* to_word(core::Verdict verdict) {
    switch (verdict) {
        case core::Verdict::Continue:
            return "continue";
        case core::Verdict::Skip:
            return "skip";
        case core::Verdict::Drop:
            return "drop";
    }
    return "";
}

namespace {

core::Value to_value(const py::handle& object);

core::Value::Map to_map(const py::dict& dict) {
    core::Value::Map map;
    for (const auto& [name, item] : dict) {
        map.emplace(to_octets(py::str(name)), to_value(item));
    }
    return map;
}

/// What Python's json makes of a configuration, in the form that the core takes.
core::Value to_value(const py::handle& object) {
    if (object.is_none()) {
        return {nullptr};
    }
    if (py::isinstance<py::bool_>(object)) {
        return {object.cast<bool>()};
    }
    if (py::isinstance<py::int_>(object)) {
        int too_large = 0;
        const long long number = PyLong_AsLongLongAndOverflow(object.ptr(), &too_large);
        if (too_large != 0) {
            return {object.cast<double>()};
        }
        return {static_cast<std::int64_t>(number)};
    }
    if (py::isinstance<py::float_>(object)) {
        return {object.cast<double>()};
    }
    if (py::isinstance<py::str>(object)) {
        return {to_octets(py::reinterpret_borrow<py::str>(object))};
    }
    if (py::isinstance<py::dict>(object)) {
        return {to_map(py::reinterpret_borrow<py::dict>(object))};
    }
    core::Value::List list;
    for (const py::handle item : py::reinterpret_borrow<py::sequence>(object)) {
        list.push_back(to_value(item));
    }
    return {std::move(list)};
}

const char* to_word(core::Mode mode) {
    switch (mode) {
        case core::Mode::Exec:
            return "exec";
        case core::Mode::Worker:
            return "worker";
        case core::Mode::Socket:
            return "socket";
    }
    return "";
}

std::vector<core::Config> parse_config(const py::dict& parameters, int family, unsigned cores) {
    return core::parse_config(to_map(parameters), to_family(family),
                              cores != 0 ? cores : std::thread::hardware_concurrency());
}

py::list hook_points(const core::Config& config) {
    py::list points;
    for (const core::HookPoint* point : config.hook_points) {
        points.append(py::cast(point, py::return_value_policy::reference));
    }
    return points;
}

py::dict exit_codes(const core::Config& config) {
    py::dict codes;
    for (const auto& [code, verdict] : config.exit_codes) {
        codes[py::int_(code)] = python::to_word(verdict);
    }
    return codes;
}

}  // namespace

void bind_config(py::module_& m) {
    using core::Config;
    py::register_exception<core::ConfigError>(m, "ConfigError", PyExc_ValueError);

    py::class_<Config>(m, "Config")
        .def_readonly("name", &Config::name)
        .def_property_readonly("mode", [](const Config& config) { return to_word(config.mode); })
        .def_readonly("script", &Config::script)
        .def_readonly("socket", &Config::socket)
        .def_readonly("wait", &Config::wait)
        .def_property_readonly("timeout",
                               [](const Config& config) { return config.timeout.count(); })
        .def_readonly("max_parallel", &Config::max_parallel)
        .def_property_readonly(
            "on_failure", [](const Config& config) { return python::to_word(config.on_failure); })
        .def_property_readonly("exit_codes", &exit_codes)
        .def_property_readonly("hook_points", &hook_points);
    m.def("parse_config", &parse_config, py::arg("parameters"), py::arg("family"),
          py::arg("cores") = 0);
    m.def("check_script", &core::check_script, py::arg("path"));
}

}  // namespace kea_runscript::python
