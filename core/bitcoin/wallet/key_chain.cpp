#include "core/bitcoin/wallet/key_chain.h"

#include "core/base/check.h"
#include "core/crypto/schnorr.h"

namespace duplex::bitcoin::wallet {

namespace {

std::uint32_t purposeOf(Account account) {
    return account == Account::spending ? 84 : 86;
}

Script scriptFor(Account account, const crypto::PublicKey& key) {
    if (account == Account::spending) return payToWitnessPublicKeyHash(key);
    const auto output = crypto::taprootOutputKey(crypto::xOnly(key));
    check(output.has_value(), "a derived key has an output key");
    return payToTaproot(output->key);
}

} // namespace

keys::DerivationPath pathOf(Account account, const NetworkParameters& network) {
    return {keys::hardened(purposeOf(account)), keys::hardened(network.coin_type), keys::hardened(0)};
}

keys::DerivationPath pathOf(const KeyPlace& place, const NetworkParameters& network) {
    return pathOf(place.account, network).child(static_cast<std::uint32_t>(place.chain)).child(place.index);
}

std::optional<AccountKeys> accountKeysOf(const keys::ExtendedPrivateKey& master,
                                         const NetworkParameters& network) {
    const auto spending = master.derived(pathOf(Account::spending, network));
    const auto channel = master.derived(pathOf(Account::channel, network));
    if (!spending || !channel) return std::nullopt;
    return AccountKeys{spending->publicPart(), channel->publicPart()};
}

std::optional<crypto::PrivateKey> signingKey(const keys::ExtendedPrivateKey& master, const KeyPlace& place,
                                             const NetworkParameters& network) {
    const auto derived = master.derived(pathOf(place, network));
    return derived ? std::optional(derived->key()) : std::nullopt;
}

KeyChain::KeyChain(const AccountKeys& accounts) : m_accounts(accounts) {
    for (const Account account : {Account::spending, Account::channel}) {
        const keys::ExtendedPublicKey& key =
            account == Account::spending ? accounts.spending : accounts.channel;
        for (const Chain chain : {Chain::receive, Chain::change}) {
            const auto chain_key = key.child(static_cast<std::uint32_t>(chain));
            check(chain_key.has_value(), "an account key stands above its chains");
            m_branches.push_back({.key = *chain_key});
            extend(account, chain, gap_limit);
        }
    }
}

KeyChain::Branch& KeyChain::branch(Account account, Chain chain) {
    return m_branches[static_cast<std::size_t>(account) * 2 + static_cast<std::size_t>(chain)];
}

const KeyChain::Branch& KeyChain::branch(Account account, Chain chain) const {
    return m_branches[static_cast<std::size_t>(account) * 2 + static_cast<std::size_t>(chain)];
}

void KeyChain::extend(Account account, Chain chain, std::uint32_t count) {
    Branch& found = branch(account, chain);
    while (found.scripts.size() < count) {
        const std::uint32_t index = static_cast<std::uint32_t>(found.scripts.size());
        const auto key = found.key.child(index);
        check(key.has_value(), "a chain has a key for each index (BIP 32: chance 2^-127 of none)");
        found.scripts.push_back(scriptFor(account, key->key()));
        m_places.emplace(found.scripts.back().bytes, KeyPlace{account, chain, index});
    }
}

std::optional<KeyPlace> KeyChain::placeOf(ByteView script) const {
    if (script.size() != 22 && script.size() != 34) return std::nullopt;
    const auto found = m_places.find(script);
    return found == m_places.end() ? std::nullopt : std::optional(found->second);
}

const Script& KeyChain::scriptOf(const KeyPlace& place) {
    extend(place.account, place.chain, place.index + 1);
    return branch(place.account, place.chain).scripts[place.index];
}

std::vector<Script> KeyChain::watchedScripts() const {
    std::vector<Script> result;
    for (const Branch& found : m_branches)
        result.insert(result.end(), found.scripts.begin(), found.scripts.end());
    return result;
}

const Script& KeyChain::peek(Account account, Chain chain) {
    return scriptOf({account, chain, branch(account, chain).next});
}

Script KeyChain::take(Account account, Chain chain) {
    const KeyPlace place{account, chain, branch(account, chain).next};
    const Script script = scriptOf(place);
    markUsed(place);
    return script;
}

bool KeyChain::markUsed(const KeyPlace& place) {
    Branch& found = branch(place.account, place.chain);
    if (place.index < found.next) return false;
    found.next = place.index + 1;
    const std::size_t before = found.scripts.size();
    extend(place.account, place.chain, found.next + gap_limit);
    return found.scripts.size() > before;
}

ChainProgress KeyChain::progress(Account account, Chain chain) const {
    const Branch& found = branch(account, chain);
    return {found.next, static_cast<std::uint32_t>(found.scripts.size())};
}

void KeyChain::restore(Account account, Chain chain, const ChainProgress& progress) {
    Branch& found = branch(account, chain);
    found.next = std::max(found.next, progress.next);
    extend(account, chain, std::max(progress.derived, found.next + gap_limit));
}

} // namespace duplex::bitcoin::wallet
