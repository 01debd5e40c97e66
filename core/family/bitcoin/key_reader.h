#pragma once

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/io/system_keyring.h"

#include <QObject>

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace duplex::family::bitcoin {

/// Under which name the system keyring holds the key of a wallet without a password.
std::string keyringName(const std::string& folder);

/// The random keys that open wallets without a password: from the wallet's 0600 file, or from the system
/// keyring, which may have to ask its user first. One question a wallet stands at a time, else a desktop
/// whose user is away would collect a prompt for each; whoever asks meanwhile shares its answer.
class KeyReader : public QObject {
public:
    using Key = std::expected<Bytes, io::KeyringError>;
    using Then = std::function<void(const Key&)>;

    /// Without a keyring only files are read. `after` is called when the keyring's answer was given to all.
    KeyReader(std::optional<io::Keyring> keyring, std::function<void()> after);

    /// Calls `then` once: with the key of the wallet in `folder` at once, where a file holds it, else when
    /// the keyring answers. Past `until` with `absent`; without it the answer may come at any time.
    void read(const std::string& folder, std::optional<Ticks> until, Then then);
    /// Answers those whose time is over.
    void tick(Ticks now);

private:
    struct Waiter {
        std::optional<Ticks> until;
        Then then;
    };

    std::optional<io::Keyring> m_keyring;
    std::function<void()> m_after;
    std::map<std::string, std::vector<Waiter>> m_asked; // folder -> who waits, in their order
};

} // namespace duplex::family::bitcoin
