#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace duplex::rpc {

/// A JSON value whose numbers stay text, so that no amount ever passes through a double. Members of an
/// object keep the order in which they were added.
class Json {
public:
    struct Number {
        std::string text;
        friend bool operator==(const Number&, const Number&) = default;
    };
    using Member = std::pair<std::string, Json>;
    using Array = std::vector<Json>;
    using Object = std::vector<Member>;

    Json() = default; // null
    Json(bool value) : m_value(value) {}
    Json(std::int64_t value) : m_value(Number{std::to_string(value)}) {}
    Json(int value) : Json(static_cast<std::int64_t>(value)) {}
    Json(std::uint32_t value) : Json(static_cast<std::int64_t>(value)) {}
    Json(std::uint64_t value) : m_value(Number{std::to_string(value)}) {}
    Json(std::string value) : m_value(std::move(value)) {}
    Json(std::string_view value) : m_value(std::string(value)) {}
    Json(const char* value) : m_value(std::string(value)) {}
    Json(Number value) : m_value(std::move(value)) {}
    Json(Array value) : m_value(std::move(value)) {}
    Json(Object value) : m_value(std::move(value)) {}

    static Json array() { return Json(Array{}); }
    static Json object() { return Json(Object{}); }
    /// An amount in BTC with exactly eight decimals, as Core prints it.
    static Json btc(std::int64_t satoshi);
    /// A figure that is not money (difficulty, progress), with at most 16 significant digits, as Core prints
    /// it.
    static Json figure(double value);

    bool isNull() const { return std::holds_alternative<std::monostate>(m_value); }
    const bool* boolean() const { return std::get_if<bool>(&m_value); }
    const std::string* string() const { return std::get_if<std::string>(&m_value); }
    const Number* number() const { return std::get_if<Number>(&m_value); }
    const Array* elements() const { return std::get_if<Array>(&m_value); }
    const Object* members() const { return std::get_if<Object>(&m_value); }
    /// The integer that a number without fraction and exponent stands for, when it fits.
    std::optional<std::int64_t> integer() const;
    /// The member of an object; nullptr when absent or when this is no object.
    const Json* find(std::string_view key) const;

    /// Adds a member; makes null an object.
    Json& set(std::string_view key, Json value);
    /// As set, when there is a value.
    template <typename T>
    Json& setIf(std::string_view key, const std::optional<T>& value) {
        return value ? set(key, Json(*value)) : *this;
    }
    /// As set, when the text is not empty.
    Json& setText(std::string_view key, const std::string& value) {
        return value.empty() ? *this : set(key, value);
    }
    /// Adds an element; makes null an array.
    Json& push(Json value);

    /// On one line, without spaces, as the transport needs it.
    std::string text() const;
    /// Over several lines, indented by two spaces, as Core's command line prints it.
    std::string pretty() const;

    friend bool operator==(const Json&, const Json&) = default;

private:
    std::variant<std::monostate, bool, Number, std::string, Array, Object> m_value;
};

enum class JsonError { malformed, too_deep, repeated_key };

inline constexpr int deepest_nesting = 64;
/// The value of a whole text. Refuses what nests deeper than 64 levels, repeated keys and anything after the
/// value.
std::expected<Json, JsonError> parseJson(std::string_view text);

/// Satoshi of a decimal BTC amount in text ("0.1", "1e-8"), exactly; nothing when it has more than eight
/// decimals that are not zero, is no number, or does not fit.
std::optional<std::int64_t> satoshiOf(std::string_view btc) noexcept;
/// The same with another number of decimals, for feerates: sat/vB to sat/kvB is three.
std::optional<std::int64_t> fixedPointOf(std::string_view number, int decimals) noexcept;

} // namespace duplex::rpc
