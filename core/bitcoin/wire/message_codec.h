#pragma once

#include "core/bitcoin/wire/messages.h"

namespace duplex::bitcoin::wire {

/// "headers", "cfilter" and so on, as a frame names the message.
std::string_view commandOf(const Message& message);

/// The most bytes that a payload of this command may have; nothing for a command that we do not know, whose
/// payload is skipped unread (threats 10: the limit is asked before anything is read).
std::optional<std::size_t> payloadLimit(std::string_view command);

Bytes encodePayload(const Message& message);

enum class CodecFault {
    unknown_command,
    truncated_or_oversized,
    trailing_bytes,
    count_over_limit,
    unknown_filter_type
};
/// Reads one whole payload. Non-minimal sizes, counts over the type's limit and left-over bytes are faults
/// (threats 11); only `version` may go on, for its later fields.
std::expected<Message, CodecFault> decodePayload(std::string_view command, ByteView payload);

} // namespace duplex::bitcoin::wire
