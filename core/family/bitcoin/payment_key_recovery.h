#pragma once

#include "core/family/bitcoin/chain_watch.h"
#include "core/lightning/keys/channel_keys.h"

namespace duplex::family::bitcoin {

/// The keys to which every to_remote output of a seed pays, as a restored wallet keeps them: public, so that
/// it can scan while locked.
using PaymentKeys = std::vector<crypto::PublicKey>;
PaymentKeys paymentKeysOf(const ln::keys::LightningRoot& root);

/// Our balance on a commitment of a partner, found by a scan.
struct FoundToRemote {
    duplex::bitcoin::OutPoint outpoint;
    duplex::bitcoin::Satoshi value;
    std::uint32_t key_index = 0;
    std::uint32_t height = 0;
    std::optional<duplex::bitcoin::Transaction> sweep; // stored before it is announced
    std::uint32_t sweep_height = 0;                    // 0: in no block
    friend bool operator==(const FoundToRemote&, const FoundToRemote&) = default;
};
Bytes encodedFound(const FoundToRemote& found);
std::optional<FoundToRemote> decodedFound(ByteView row);

/// The signed sweep (BOLT 3, to_remote with anchors: sequence 1); nothing where the fee leaves dust.
std::optional<duplex::bitcoin::Transaction> sweepOf(const FoundToRemote& found, const crypto::PrivateKey& key,
                                                    const duplex::bitcoin::Script& payout,
                                                    duplex::bitcoin::FeeratePerKw feerate);

/// The same sweep to the same script for a higher fee; nothing unless it is a valid replacement that leaves
/// at least half of the value (BIP 125: it pays 1 sat/vB of its own size more).
std::optional<duplex::bitcoin::Transaction> raisedSweepOf(const FoundToRemote& found,
                                                          const crypto::PrivateKey& key,
                                                          duplex::bitcoin::FeeratePerKw feerate);

/// In a wallet restored from words or from a backup: finds every output that a partner's commitment paid to
/// us, by the 1,000 keys which the seed alone gives, and brings it to the wallet. Elsewhere it does nothing.
class PaymentKeyRecovery {
public:
    /// `is_funding`: an outpoint that a live channel funds: its own machine takes care of what its
    /// commitments pay.
    using IsFunding = std::function<bool(const duplex::bitcoin::OutPoint&)>;
    PaymentKeyRecovery(Shell& shell, IsFunding is_funding);

    /// The row that a restore stores with the wallet's first rows (Table::meta).
    static std::pair<Bytes, Bytes> row(const ln::keys::LightningRoot& root);

    /// Every row; or what is damaged.
    std::expected<void, std::string> load();
    bool watches() const { return !m_scripts.empty(); }
    std::vector<duplex::bitcoin::Script> watchedScripts() const;
    /// The first unlock: from here on it can sweep.
    void begin(const ln::keys::LightningRoot& root);

    // The chain, after the wallet. Idempotent.
    void blockConnected(std::uint32_t height, const duplex::bitcoin::Block& block);
    void blockDisconnected(std::uint32_t height);
    /// Sweeps what one block confirmed; pays more for a sweep that waits for too long.
    void tick();

private:
    void store(const FoundToRemote& found);
    void sweep(FoundToRemote& found, duplex::bitcoin::FeeratePerKw feerate);
    void raise(FoundToRemote& found, duplex::bitcoin::FeeratePerKw feerate);
    void send(FoundToRemote& found, const duplex::bitcoin::Transaction& sweep);

    Shell& m_shell;
    IsFunding m_is_funding;
    std::map<duplex::bitcoin::Script, std::uint32_t> m_scripts; // -> key index
    std::map<duplex::bitcoin::OutPoint, FoundToRemote> m_found;
    std::map<duplex::bitcoin::OutPoint, std::uint32_t> m_sent_at; // header height, of this run
    std::optional<ln::keys::LightningRoot> m_root;
};

} // namespace duplex::family::bitcoin
