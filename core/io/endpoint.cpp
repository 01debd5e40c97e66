#include "core/io/endpoint.h"

#include <arpa/inet.h>

#include <charconv>

namespace duplex::io {

namespace {

enum class PortZero { refused, allowed };

std::optional<std::uint16_t> parsePort(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > 65535)
        return std::nullopt;
    return static_cast<std::uint16_t>(value);
}

std::optional<Endpoint> withPort(std::string_view host, std::uint16_t port, PortZero zero) {
    constexpr std::size_t longest_name = 255;
    if (host.empty() || host.size() > longest_name) return std::nullopt;
    if (port == 0 && zero == PortZero::refused) return std::nullopt;
    for (const char c : host)
        if (static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '@' || c == '[' || c == ']')
            return std::nullopt;
    return Endpoint{.host = std::string(host), .port = port};
}

/// A word alone ("foo", "true", "on") is mostly a slip, not the name of a host: then its port must stand
/// there.
bool isWordAlone(std::string_view host) {
    return host.find_first_of(".:") == std::string_view::npos && host != "localhost";
}

/// `zero` is about a port that stands in the text; a default of 0 means that one must stand there.
std::optional<Endpoint> parse(std::string_view text, std::uint16_t default_port, PortZero zero) {
    const auto withDefault = [&](std::string_view host) {
        return withPort(host, default_port, PortZero::refused);
    };
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view host = text.substr(1, end - 1);
        const std::string_view rest = text.substr(end + 1);
        if (rest.empty()) return withDefault(host);
        const auto port = rest.starts_with(':') ? parsePort(rest.substr(1)) : std::nullopt;
        return port ? withPort(host, *port, zero) : std::nullopt;
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return isWordAlone(text) ? std::nullopt : withDefault(text);
    if (text.find(':', colon + 1) != std::string_view::npos) return withDefault(text); // a bare IPv6 address
    const auto port = parsePort(text.substr(colon + 1));
    return port ? withPort(text.substr(0, colon), *port, zero) : std::nullopt;
}

} // namespace

std::optional<Endpoint> parseEndpoint(std::string_view text, std::uint16_t default_port) {
    return parse(text, default_port, PortZero::refused);
}

std::optional<Endpoint> parseListenEndpoint(std::string_view text, std::uint16_t default_port) {
    return parse(text, default_port, PortZero::allowed);
}

std::string toText(const Endpoint& endpoint) {
    const bool v6 = endpoint.host.find(':') != std::string::npos;
    return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

bool isAddress(const std::string& host) {
    in6_addr parsed{};
    return inet_pton(AF_INET, host.c_str(), &parsed) == 1 || inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

bool isLoopback(const Endpoint& endpoint) {
    return endpoint.host.starts_with("127.") || endpoint.host == "::1" || endpoint.host == "localhost";
}

} // namespace duplex::io
