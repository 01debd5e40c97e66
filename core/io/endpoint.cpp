#include "core/io/endpoint.h"

#include <charconv>

namespace duplex::io {

namespace {

std::optional<std::uint16_t> parsePort(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value == 0 ||
        value > 65535)
        return std::nullopt;
    return static_cast<std::uint16_t>(value);
}

std::optional<Endpoint> withPort(std::string_view host, std::uint16_t port) {
    constexpr std::size_t longest_name = 255;
    if (host.empty() || host.size() > longest_name || port == 0) return std::nullopt;
    for (const char c : host)
        if (static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '@' || c == '[' || c == ']')
            return std::nullopt;
    return Endpoint{.host = std::string(host), .port = port};
}

} // namespace

std::optional<Endpoint> parseEndpoint(std::string_view text, std::uint16_t default_port) {
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view host = text.substr(1, end - 1);
        const std::string_view rest = text.substr(end + 1);
        if (rest.empty()) return withPort(host, default_port);
        const auto port = rest.starts_with(':') ? parsePort(rest.substr(1)) : std::nullopt;
        return port ? withPort(host, *port) : std::nullopt;
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return withPort(text, default_port);
    if (text.find(':', colon + 1) != std::string_view::npos)
        return withPort(text, default_port); // a bare IPv6 address
    const auto port = parsePort(text.substr(colon + 1));
    return port ? withPort(text.substr(0, colon), *port) : std::nullopt;
}

std::optional<Endpoint> parseListenEndpoint(std::string_view text, std::uint16_t default_port) {
    if (!text.ends_with(":0")) return parseEndpoint(text, default_port);
    auto endpoint = parseEndpoint(std::string(text.substr(0, text.size() - 1)) + "1", 2);
    if (!endpoint) return std::nullopt;
    if (endpoint->port != 1) return parseEndpoint(text, default_port); // a bare IPv6 address that ends in :0
    endpoint->port = 0;
    return endpoint;
}

std::string toText(const Endpoint& endpoint) {
    const bool v6 = endpoint.host.find(':') != std::string::npos;
    return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

bool isLoopback(const Endpoint& endpoint) {
    return endpoint.host.starts_with("127.") || endpoint.host == "::1" || endpoint.host == "localhost";
}

} // namespace duplex::io
