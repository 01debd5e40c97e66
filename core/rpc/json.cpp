#include "core/rpc/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/core.h>
#include <limits>
#include <nlohmann/json.hpp>

#include <QString>

namespace duplex::rpc {

namespace {

// Builds values from the parser's events; numbers arrive with their text.
class Builder {
public:
    explicit Builder(Json& root) : m_root(root) {}
    JsonError error() const { return m_error; }

    bool null() { return place(Json()); }
    bool boolean(bool value) { return place(Json(value)); }
    bool number_integer(std::int64_t value) { return place(Json(value)); }
    bool number_unsigned(std::uint64_t value) { return place(Json(value)); }
    bool number_float(double, const std::string& text) { return place(Json(Json::Number{text})); }
    bool string(std::string& value) { return place(Json(std::move(value))); }
    bool binary(std::vector<std::uint8_t>&) { return false; }
    bool start_object(std::size_t) { return open(Json::object()); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool key(std::string& value) {
        if (std::ranges::find(m_open.back().keys, value) != m_open.back().keys.end()) {
            m_error = JsonError::repeated_key;
            return false;
        }
        constexpr std::size_t most_keys = 1000; // the search above is linear
        if (m_open.back().keys.size() == most_keys) return false;
        m_open.back().keys.push_back(value);
        return true;
    }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    template <typename Exception>
    bool parse_error(std::size_t, const std::string&, const Exception&) {
        return false;
    }

private:
    struct Level {
        Json value;
        std::vector<std::string> keys;
    };

    bool open(Json value) {
        if (m_open.size() == deepest_nesting) {
            m_error = JsonError::too_deep;
            return false;
        }
        m_open.push_back(Level{.value = std::move(value), .keys = {}});
        return true;
    }
    bool close() {
        Json value = std::move(m_open.back().value);
        m_open.pop_back();
        return place(std::move(value));
    }
    bool place(Json value) {
        if (m_open.empty()) {
            m_root = std::move(value);
        } else if (m_open.back().value.members()) {
            m_open.back().value.set(m_open.back().keys.back(), std::move(value));
        } else {
            m_open.back().value.push(std::move(value));
        }
        return true;
    }

    Json& m_root;
    std::vector<Level> m_open;
    JsonError m_error = JsonError::malformed;
};

void writeString(std::string& out, std::string_view text) {
    // Names that peers chose may hold any bytes; what is no UTF-8 becomes U+FFFD.
    std::string valid;
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
        valid = QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())).toStdString();
        text = valid;
    }
    out += '"';
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\f':
            out += "\\f";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default: // any other character
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
            else
                out += c;
        }
    }
    out += '"';
}

// indent < 0: everything on one line.
void write(std::string& out, const Json& value, int indent, int depth) {
    const auto newLine = [&](int level) {
        if (indent < 0) return;
        out += '\n';
        out.append(static_cast<std::size_t>(indent * level), ' ');
    };
    if (const bool* flag = value.boolean()) {
        out += *flag ? "true" : "false";
    } else if (const Json::Number* number = value.number()) {
        out += number->text;
    } else if (const std::string* text = value.string()) {
        writeString(out, *text);
    } else if (const Json::Array* elements = value.elements()) {
        out += '[';
        for (std::size_t i = 0; i < elements->size(); ++i) {
            if (i > 0) out += ',';
            newLine(depth + 1);
            write(out, (*elements)[i], indent, depth + 1);
        }
        if (!elements->empty()) newLine(depth);
        out += ']';
    } else if (const Json::Object* members = value.members()) {
        out += '{';
        for (std::size_t i = 0; i < members->size(); ++i) {
            if (i > 0) out += ',';
            newLine(depth + 1);
            writeString(out, (*members)[i].first);
            out += indent < 0 ? ":" : ": ";
            write(out, (*members)[i].second, indent, depth + 1);
        }
        if (!members->empty()) newLine(depth);
        out += '}';
    } else {
        out += "null";
    }
}

} // namespace

Json Json::btc(std::int64_t satoshi) {
    const std::uint64_t size =
        satoshi < 0 ? 0 - static_cast<std::uint64_t>(satoshi) : static_cast<std::uint64_t>(satoshi);
    constexpr std::uint64_t coin = 100'000'000;
    return Json(Number{fmt::format("{}{}.{:08}", satoshi < 0 ? "-" : "", size / coin, size % coin)});
}

Json Json::figure(double value) {
    if (!std::isfinite(value)) return Json(0);
    return Json(Number{fmt::format("{:.16g}", value)});
}

std::optional<std::int64_t> Json::integer() const {
    const Number* found = number();
    if (!found) return std::nullopt;
    std::int64_t value = 0;
    const char* end = found->text.data() + found->text.size();
    const auto result = std::from_chars(found->text.data(), end, value);
    if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
    return value;
}

const Json* Json::find(std::string_view key) const {
    const Object* object = members();
    if (!object) return nullptr;
    const auto found = std::ranges::find(*object, key, &Member::first);
    return found == object->end() ? nullptr : &found->second;
}

Json& Json::set(std::string_view key, Json value) {
    if (isNull()) m_value = Object{};
    std::get<Object>(m_value).emplace_back(std::string(key), std::move(value));
    return *this;
}

Json& Json::push(Json value) {
    if (isNull()) m_value = Array{};
    std::get<Array>(m_value).push_back(std::move(value));
    return *this;
}

std::string Json::text() const {
    std::string out;
    write(out, *this, -1, 0);
    return out;
}

std::string Json::pretty() const {
    std::string out;
    write(out, *this, 2, 0);
    return out;
}

std::expected<Json, JsonError> parseJson(std::string_view text) {
    Json root;
    Builder builder(root);
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
        return std::unexpected(builder.error());
    return root;
}

std::optional<std::int64_t> satoshiOf(std::string_view btc) noexcept {
    return fixedPointOf(btc, 8);
}

std::optional<std::int64_t> fixedPointOf(std::string_view text, int decimals) noexcept {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    constexpr std::size_t longest = 40;
    if (text.empty() || text.size() > longest || text.front() < '0' || text.front() > '9')
        return std::nullopt;
    int exponent = 0;
    if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
        std::string_view digits = text.substr(e + 1);
        if (digits.starts_with('+')) digits.remove_prefix(1);
        const char* end = digits.data() + digits.size();
        const auto result = std::from_chars(digits.data(), end, exponent);
        if (digits.empty() || result.ec != std::errc{} || result.ptr != end || exponent < -30 ||
            exponent > 30)
            return std::nullopt;
        text = text.substr(0, e);
    }
    int power = decimals + exponent; // of ten, by which the digits read so far must still be multiplied
    bool after_point = false;
    bool digit_seen = false;
    std::int64_t value = 0;
    for (const char c : text) {
        if (c == '.') {
            if (after_point || !digit_seen) return std::nullopt;
            after_point = true;
            digit_seen = false;
            continue;
        }
        if (c < '0' || c > '9') return std::nullopt;
        digit_seen = true;
        if (after_point) --power;
        if (value > (std::numeric_limits<std::int64_t>::max() - 9) / 10) {
            if (c != '0' || !after_point) return std::nullopt;
            ++power; // a zero after the point adds nothing
            continue;
        }
        value = value * 10 + (c - '0');
    }
    if (!digit_seen) return std::nullopt;
    for (; power < 0; ++power) {
        if (value % 10 != 0) return std::nullopt;
        value /= 10;
    }
    for (; power > 0; --power) {
        if (value > std::numeric_limits<std::int64_t>::max() / 10) return std::nullopt;
        value *= 10;
    }
    return negative ? -value : value;
}

} // namespace duplex::rpc
