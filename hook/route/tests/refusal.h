#pragma once

#include <gtest/gtest.h>

#include <string>

#include "route/failure.h"

namespace kea_runscript::route {

/// Why `check` refuses, which it must do with the exit status for that; empty if it does not.
template <typename Check>
std::string refusal(Check check) {
    try {
        check();
        return "";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.exit(), Exit::refused);
        return failure.what();
    }
}

}  // namespace kea_runscript::route
