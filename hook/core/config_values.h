// Values of parameters, and how they are refused. For the files config*.cpp alone.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "core/config.h"

namespace kea_runscript::core {

constexpr unsigned kMaxParallel = 999;
constexpr std::size_t kMaxName = 32;

/// Throws ConfigError: parameter, what was given, what is allowed.
[[noreturn]] void refuse(const std::string& parameter, const Value& given,
                         const std::string& allowed);

/// The same for one item of a list. `allowed` says what the items are.
[[noreturn]] void refuse_item(const std::string& parameter, const Value& item,
                              const std::string& allowed);

/// A text for which `good` is true.
const std::string& text_of(const std::string& parameter, const Value& value,
                           const std::string& allowed,
                           const std::function<bool(const std::string&)>& good);

/// A whole number from 1 to `max`.
std::int64_t number_of(const std::string& parameter, const Value& value, std::int64_t max,
                       const std::string& unit = "");

bool flag_of(const std::string& parameter, const Value& value);

/// The items of a list.
const Value::List& list_of(const char* parameter, const Value& value, const std::string& allowed);

/// The same where an empty list makes no sense.
const Value::List& nonempty_list_of(const char* parameter, const Value& value,
                                    const std::string& allowed);

/// The entries of a map.
const Value::Map& map_of(const char* parameter, const Value& value, const std::string& allowed);

/// Adds to `items`, refusing a repetition.
template <typename T>
void add_once(const std::string& parameter, std::vector<T>& items, T made, const Value& item) {
    for (const T& other : items) {
        if (other == made) {
            throw ConfigError("parameter '" + parameter + "' lists " + describe(item) +
                              " twice; once is enough");
        }
    }
    items.push_back(std::move(made));
}

/// One of a few words, each with what it stands for.
template <typename T>
T choice_of(const std::string& parameter, const Value& value,
            std::initializer_list<std::pair<const char*, T>> choices) {
    std::string allowed;
    for (const auto& [word, meaning] : choices) {
        const auto* text = std::get_if<std::string>(&value.data);
        if (text && *text == word) {
            return meaning;
        }
        allowed += (allowed.empty() ? "\"" : ", \"") + std::string(word) + "\"";
    }
    refuse(parameter, value, "one of " + allowed);
}

/// Whether `text` is not empty, begins with a character of `first` and goes on with ones of `rest`.
bool consists_of(const std::string& text, const std::string& first, const std::string& rest);

/// Whether it is an absolute path of something that is no folder.
bool is_file_path(const std::string& text);

/// Whether it has the form of an entry's name.
bool is_name(const std::string& text);

bool has_no_nul(const std::string& text);

/// A verdict as the configuration calls it.
std::string name_of(Verdict verdict);

}  // namespace kea_runscript::core
