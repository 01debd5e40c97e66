#pragma once

#include "core/base/bytes.h"

namespace duplex::family::bitcoin {

/// A node's alias, or other short text of strangers, fit to be shown as plain text: valid UTF-8, printable
/// characters only (no control, formatting or private ones: they could turn or hide what stands beside),
/// at most 32 bytes (threats 106).
std::string foreignText(const std::string& raw);
/// A description or label of strangers, of any length: the same, with a space for what would break the line.
std::string foreignLine(const std::string& raw);
/// A DNS name of a node_announcement; empty when it holds anything but letters, digits, '-' and '.'.
std::string hostNameText(ByteView raw);
/// The .onion name (version 3) of its 35 bytes: key, checksum, version (BOLT 7). Empty for another length.
std::string onionNameText(ByteView raw);

} // namespace duplex::family::bitcoin
