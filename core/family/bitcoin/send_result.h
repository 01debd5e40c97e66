#pragma once

#include "core/api/reply.h"

#include <optional>

namespace duplex::family::bitcoin {

/// A send's first answer as its request_id keeps it (Table::requests): a repeated request gets the same one,
/// to the last field (threats 84).
Bytes encodedSendResult(const api::SendReply& reply);
/// Also reads version 1, which lacked how the fee came about: what it has not is left at its default.
std::optional<api::SendReply> decodedSendResult(ByteView row);

} // namespace duplex::family::bitcoin
