#include <pybind11/stl.h>

#include "python/bind.h"

namespace kea_runscript::python {

namespace py = pybind11;

core::Family to_family(int number) {
    if (number != 4 && number != 6) {
        throw py::value_error("the family is " + std::to_string(number) + "; it must be 4 or 6");
    }
    return number == 4 ? core::Family::V4 : core::Family::V6;
}

namespace {

int to_number(core::Family family) {
    return family == core::Family::V4 ? 4 : 6;
}

const char* to_word(core::Waiting waiting) {
    switch (waiting) {
        case core::Waiting::Never:
            return "never";
        case core::Waiting::Blocks:
            return "blocks";
        case core::Waiting::Parks:
            return "parks";
    }
    return "";
}

const char* to_word(core::Origin origin) {
    switch (origin) {
        case core::Origin::Kea:
            return "kea";
        case core::Origin::Changes:
            return "changes";
        case core::Origin::Replay:
            return "replay";
    }
    return "";
}

/// The names of all that a script gets there, but for those that are numbered.
py::list variables(const core::HookPoint& point) {
    py::list names;
    for (std::size_t i = 0; i < core::kFixedVariables; ++i) {
        if (point.variables.test(i)) {
            names.append(to_text(core::name_of(static_cast<core::Variable>(i))));
        }
    }
    return names;
}

py::list hook_points_of(int family) {
    py::list points;
    for (const core::HookPoint* point : core::hook_points(to_family(family))) {
        points.append(py::cast(point, py::return_value_policy::reference));
    }
    return points;
}

}  // namespace

void bind_contract(py::module_& m) {
    using core::HookPoint;
    py::class_<HookPoint>(m, "HookPoint")
        .def_property_readonly("name", [](const HookPoint& point) { return to_text(point.name); })
        .def_property_readonly("family",
                               [](const HookPoint& point) -> std::optional<int> {
                                   return point.family ? std::optional(to_number(*point.family))
                                                       : std::nullopt;
                               })
        .def_property_readonly("origin",
                               [](const HookPoint& point) { return to_word(point.origin); })
        .def_property_readonly("waiting",
                               [](const HookPoint& point) { return to_word(point.waiting); })
        .def_readonly("honours_skip", &HookPoint::honours_skip)
        .def_readonly("honours_drop", &HookPoint::honours_drop)
        .def_property_readonly("variables", &variables);
    m.def("hook_points", &hook_points_of, py::arg("family"));
    m.def("find_hook_point", &core::find_hook_point, py::arg("name"),
          py::return_value_policy::reference);
}

}  // namespace kea_runscript::python
