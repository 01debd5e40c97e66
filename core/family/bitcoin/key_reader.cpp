#include "core/family/bitcoin/key_reader.h"

#include "core/family/bitcoin/wallet_files.h"
#include "core/io/secret_file.h"

#include <algorithm>
#include <utility>

namespace duplex::family::bitcoin {

std::string keyringName(const std::string& folder) {
    return "wallet-key " + folder;
}

KeyReader::KeyReader(std::optional<io::Keyring> keyring, std::function<void()> after)
    : m_keyring(std::move(keyring)), m_after(std::move(after)) {}

void KeyReader::read(const std::string& folder, std::optional<Ticks> until, Then then) {
    if (const auto file = io::readSecretFile(keyFileOf(folder))) return then(*file);
    if (!m_keyring) return then(std::unexpected(io::KeyringError::not_found));
    const auto [asked, is_new] = m_asked.try_emplace(folder);
    asked->second.push_back({until, std::move(then)});
    if (!is_new) return;
    m_keyring->read(this, keyringName(folder), [this, folder](const Key& key) {
        const auto found = m_asked.extract(folder); // first: an answer may lead to the next question
        if (found.empty()) return;
        for (const Waiter& waiter : found.mapped()) waiter.then(key);
        m_after();
    });
}

void KeyReader::tick(Ticks now) {
    std::vector<Then> late;
    for (auto& [folder, waiters] : m_asked) {
        const auto over = std::ranges::stable_partition(
            waiters, [&](const Waiter& waiter) { return !waiter.until || *waiter.until > now; });
        for (Waiter& waiter : over) late.push_back(std::move(waiter.then));
        waiters.erase(over.begin(), over.end());
    }
    for (const Then& then : late) then(std::unexpected(io::KeyringError::absent));
}

} // namespace duplex::family::bitcoin
