#pragma once

#include "core/family/bitcoin/peer_driver.h"
#include "core/family/bitcoin/static_backup.h"
#include "core/lightning/keys/channel_keys.h"

namespace duplex::family::bitcoin {

/// A channel that a restored wallet knows from its backup alone.
struct LostChannel {
    BackedUpChannel backup;
    std::uint32_t closed_height = 0; // of the block that spends its funding output; 0: none that we saw
    friend bool operator==(const LostChannel&, const LostChannel&) = default;
};

/// The row of a lost channel, and back; nothing when it is damaged.
Bytes encodedLost(const LostChannel& lost);
std::optional<LostChannel> decodedLost(ByteView row);

/// Asks the partners of lost channels to close them: there is no state to go on with, and an old one would be
/// dangerous. A `channel_reestablish` with zero numbers says that we lost everything, an `error` that the
/// channel shall be failed (BOLT 2, "Message Retransmission"; lightning.md 9). What is ours in the partner's
/// commitment pays one of the keys that PaymentKeyRecovery watches.
class ChannelRecovery {
public:
    explicit ChannelRecovery(Shell& shell) : m_shell(shell) {}

    /// The rows of every channel in `backup`, for a wallet that is being restored.
    static void addRows(store::Changes& rows, const StaticBackup& backup);

    std::expected<void, std::string> load();
    void begin(const ln::keys::LightningRoot& root, PeerDriver& peers);
    /// Adds channels of a backup to an open wallet; those known already are left as they are.
    void add(const StaticBackup& backup);

    void peerReady(const LightningConnection& connection);
    /// True when the message is about a lost channel of that peer and was dealt with.
    bool message(const ln::NodeId& from, const ln::wire::Message& message);
    void blockConnected(std::uint32_t height, const duplex::bitcoin::Block& block);
    void blockDisconnected(std::uint32_t height);
    void tick();

    std::vector<light::WatchedOutPoint> watchedOutpoints() const;
    /// Not closed as far as the chain is known.
    std::vector<BackedUpChannel> waiting() const;
    /// Those a new backup must hold too: not closed, or not deeply.
    std::vector<BackedUpChannel> unresolved() const;

private:
    void store(const LostChannel& lost);
    enum class Insist : std::uint8_t { no, yes };
    void ask(const LostChannel& lost, Insist insist);

    Shell& m_shell;
    std::map<ln::ChannelId, LostChannel> m_lost;
    std::optional<ln::keys::LightningRoot> m_root;
    PeerDriver* m_peers = nullptr;
};

} // namespace duplex::family::bitcoin
