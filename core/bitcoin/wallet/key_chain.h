#pragma once

#include "core/bitcoin/keys/extended_key.h"

#include <map>
#include <set>

namespace duplex::bitcoin::wallet {

/// spending: m/84'/coin'/0', P2WPKH. channel: m/86'/coin'/0', P2TR key path, where channel closes pay to.
enum class Account : std::uint8_t { spending = 0, channel = 1 };
enum class Chain : std::uint8_t { receive = 0, change = 1 };

/// Which key of the wallet a script belongs to.
struct KeyPlace {
    Account account = Account::spending;
    Chain chain = Chain::receive;
    std::uint32_t index = 0;
    friend auto operator<=>(const KeyPlace&, const KeyPlace&) = default;
};

/// Path from the master key (BIP 84, BIP 86).
keys::DerivationPath pathOf(const KeyPlace& place, const NetworkParameters& network);
/// Path of an account.
keys::DerivationPath pathOf(Account account, const NetworkParameters& network);

/// The two account public keys: all that watching needs.
struct AccountKeys {
    keys::ExtendedPublicKey spending;
    keys::ExtendedPublicKey channel;
    friend bool operator==(const AccountKeys&, const AccountKeys&) = default;
};
/// Account keys of a master key; nothing only for a master too deep to derive from.
std::optional<AccountKeys> accountKeysOf(const keys::ExtendedPrivateKey& master,
                                         const NetworkParameters& network);

/// Addresses watched past the last used one of each chain (BIP 44's gap limit).
inline constexpr std::uint32_t gap_limit = 20;

/// How far one chain of addresses has come.
struct ChainProgress {
    std::uint32_t next = 0;    // first index never handed out and never used
    std::uint32_t derived = 0; // scripts known and watched: at least next + gap_limit
    friend bool operator==(const ChainProgress&, const ChainProgress&) = default;
};

/// The wallet's scripts by key, and which come next. Handing out (`take`) and seeing a payment (`markUsed`)
/// both move `next` on; nothing moves it back, not even a reorganisation: an address once shown is not shown
/// again.
class KeyChain {
public:
    explicit KeyChain(const AccountKeys& accounts);

    const AccountKeys& accounts() const { return m_accounts; }
    /// Where a script of ours stands; nothing for others' scripts.
    std::optional<KeyPlace> placeOf(ByteView script) const;
    const Script& scriptOf(const KeyPlace& place); // derives as far as needed
                                                   /// All scripts to watch, look-ahead included.
    std::vector<Script> watchedScripts() const;

    /// The next script never used or handed out, without moving on: asking twice gives the same.
    const Script& peek(Account account, Chain chain);
    /// As peek, then moves on.
    Script take(Account account, Chain chain);
    /// Moves past `place`; true when scripts were added to the watch list (the caller then scans again from
    /// this height).
    bool markUsed(const KeyPlace& place);
    ChainProgress progress(Account account, Chain chain) const;
    /// Moves a chain to at least this progress (restart).
    void restore(Account account, Chain chain, const ChainProgress& progress);

private:
    struct Branch {
        keys::ExtendedPublicKey key;
        std::vector<Script> scripts;
        std::uint32_t next = 0;
    };
    Branch& branch(Account account, Chain chain);
    const Branch& branch(Account account, Chain chain) const;
    void extend(Account account, Chain chain, std::uint32_t count);

    AccountKeys m_accounts;
    std::vector<Branch> m_branches; // account * 2 + chain
    struct BytesLess {
        using is_transparent = void;
        bool operator()(ByteView a, ByteView b) const {
            return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
        }
    };
    std::map<Bytes, KeyPlace, BytesLess> m_places;
};

/// The private key that signs for a place (for taproot the internal key, not yet tweaked); nothing only for a
/// master too deep to derive from.
std::optional<crypto::PrivateKey> signingKey(const keys::ExtendedPrivateKey& master, const KeyPlace& place,
                                             const NetworkParameters& network);

} // namespace duplex::bitcoin::wallet
