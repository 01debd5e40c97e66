#pragma once

#include "core/base/bytes.h"

#include <QObject>

#include <expected>
#include <functional>
#include <optional>
#include <string>

namespace duplex::io {

/// Why the keyring gave nothing: `absent` means no keyring service runs (the caller falls back to a
/// 0600 file), `not_found` that it has no such entry, `refused` that the user or the service said no.
enum class KeyringError : std::uint8_t { absent, not_found, refused };

using KeyringRead = std::function<void(const std::expected<Bytes, KeyringError>& value)>;
using KeyringWritten = std::function<void(const std::expected<void, KeyringError>& result)>;

/// The desktop's keyring (Secret Service, KWallet) under the service name "duplex". Each call answers
/// once, later, on this thread; dropped when `context` is destroyed. The keyring may ask its user first: a
/// read waits for that as long as it takes; a change that takes over 20 s counts as `absent`.
void readKeyring(QObject* context, const std::string& name, KeyringRead done);
void writeKeyring(QObject* context, const std::string& name, ByteView value, KeyringWritten done);
void removeFromKeyring(QObject* context, const std::string& name, KeyringWritten done);

/// Where keys are kept that open without a password: the desktop's keyring, or a test's.
struct Keyring {
    std::function<void(QObject*, const std::string&, KeyringRead)> read = readKeyring;
    std::function<void(QObject*, const std::string&, ByteView, KeyringWritten)> write = writeKeyring;
    std::function<void(QObject*, const std::string&, KeyringWritten)> remove = removeFromKeyring;
};

} // namespace duplex::io
