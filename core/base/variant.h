#pragma once

#include <concepts>
#include <variant>

namespace duplex {

/// std::visit with one lambda a case; a forgotten case does not compile.
template <typename... F>
struct overloaded : F... {
    using F::operator()...;
};
template <typename... F>
overloaded(F...) -> overloaded<F...>;

template <typename T, typename... U>
concept one_of = (std::same_as<T, U> || ...);

} // namespace duplex
