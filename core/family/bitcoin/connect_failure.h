#pragma once

#include "core/api/reply.h"
#include "core/io/tcp_connection.h"

namespace duplex::family::bitcoin {

/// Codes of `connect` (interface.md).
enum class ConnectFailure : int { no_address = 400, no_connection = 401, peer_left = 402 };

/// Why no TCP connection came to be, and what to do: the end of a sentence and another one.
std::string dialText(const io::Endpoint& endpoint, io::CloseReason reason, const std::string& detail);
/// `why`: for peer_left a clause after "because", else as dialText gives it.
api::Error connectError(ConnectFailure failure, const std::string& why);

} // namespace duplex::family::bitcoin
