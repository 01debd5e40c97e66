#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace duplex::io {

/// A host (name, IPv4, IPv6 without brackets, or .onion name) and a port.
struct Endpoint {
    std::string host = {};
    std::uint16_t port = 0;
    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// The endpoint that HOST, HOST:PORT, [V6] or [V6]:PORT names; nothing when the text is neither,
/// the port is 0 or over 65535, or no port stands there and `default_port` is 0 or HOST is a word without a
/// dot
/// ("localhost" excepted).
std::optional<Endpoint> parseEndpoint(std::string_view text, std::uint16_t default_port);
/// An endpoint to listen on: as above, and the port may be 0, which asks the system for a free one.
std::optional<Endpoint> parseListenEndpoint(std::string_view text, std::uint16_t default_port);

/// HOST:PORT, with brackets around an IPv6 address.
std::string toText(const Endpoint& endpoint);

/// True for an IPv4 or IPv6 address, as opposed to a name that has to be looked up.
bool isAddress(const std::string& host);

/// True for 127.0.0.0/8, ::1 and "localhost".
bool isLoopback(const Endpoint& endpoint);

} // namespace duplex::io
