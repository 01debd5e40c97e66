#pragma once

#include "core/base/bytes.h"

namespace duplex::bitcoin {

std::string encodeBase58(ByteView bytes);
std::optional<Bytes> decodeBase58(std::string_view text);
/// With the 4-byte double-SHA-256 checksum.
std::string encodeBase58Check(ByteView bytes);
std::optional<Bytes> decodeBase58Check(std::string_view text);

} // namespace duplex::bitcoin
