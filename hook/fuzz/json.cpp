#include "json.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

namespace {

using kea_runscript::core::Value;

constexpr int kMaxDepth = 20;

class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    Value value(int depth) {
        skip(" \n,:");
        const char first = take();
        if (first == '{' && depth < kMaxDepth) {
            return {map(depth + 1)};
        }
        if (first == '[' && depth < kMaxDepth) {
            return {list(depth + 1)};
        }
        if (first == '"') {
            return {text()};
        }
        if (first == 't' || first == 'f') {
            skip("aelrsu");
            return {first == 't'};
        }
        if (first == '-' || (first >= '0' && first <= '9')) {
            return number(first);
        }
        return {nullptr};
    }

private:
    char take() {
        if (rest_.empty()) {
            return '\0';
        }
        const char first = rest_.front();
        rest_.remove_prefix(1);
        return first;
    }

    void skip(std::string_view characters) {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(characters), rest_.size()));
    }

    /// Whether a list or map ends here.
    bool ends(char bracket) {
        skip(" \n,:");
        return rest_.empty() || (rest_.front() == bracket && take() == bracket);
    }

    std::string text() {
        std::string text;
        for (char c = take(); c != '"' && !rest_.empty(); c = take()) {
            text += c == '\\' ? take() : c;
        }
        return text;
    }

    Value number(char first) {
        std::string digits(1, first);
        while (!rest_.empty() && digits.size() < 18 &&
               std::string_view("0123456789.").find(rest_.front()) != std::string_view::npos) {
            digits += take();
        }
        if (digits.find('.') != std::string::npos) {
            return {std::strtod(digits.c_str(), nullptr)};
        }
        return {std::int64_t{std::strtoll(digits.c_str(), nullptr, 10)}};
    }

    Value::List list(int depth) {
        Value::List items;
        while (!ends(']')) {
            items.push_back(value(depth));
        }
        return items;
    }

    Value::Map map(int depth) {
        Value::Map items;
        while (!ends('}')) {
            take();
            std::string name = text();
            items[std::move(name)] = value(depth);
        }
        return items;
    }

    std::string_view rest_;
};

}  // namespace

Value value_of_json(std::string_view text) {
    return Reader(text).value(0);
}
