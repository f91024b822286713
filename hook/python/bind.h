#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

#include "core/hook_points.h"
#include "core/verdict.h"

namespace kea_runscript::python {

/// Python's text of octets that a client may have chosen: what is no UTF-8 becomes surrogates, as
/// in os.environ.
pybind11::str to_text(std::string_view octets);

/// The same of a value in the stream's escape. A NUL stays the four characters `\x00`, as in the
/// environment of a script.
pybind11::str to_unescaped(std::string_view value);

/// The octets of such a text. Throws pybind11::error_already_set.
std::string to_octets(const pybind11::str& text);

/// Variables as the stream carries them (Frame::lines).
std::string lines_of(const pybind11::dict& variables);

/// A family by its number. Throws pybind11::value_error.
core::Family to_family(int number);

/// The verdict in the words of the parameter `exit-codes`.
const char* to_word(core::Verdict verdict);

void bind_contract(pybind11::module_& m);
void bind_config(pybind11::module_& m);
void bind_stream(pybind11::module_& m);
void bind_engine(pybind11::module_& m);

}  // namespace kea_runscript::python
