#pragma once

#include "core/family/bitcoin/chain_watch.h"
#include "core/family/bitcoin/peer_driver.h"
#include "core/lightning/channel/advance.h"
#include "core/lightning/gossip/route_finder.h"
#include "core/lightning/keys/channel_keys.h"

namespace duplex::family::bitcoin {

/// What channels tell the payments. Called inside a turn; whatever they store goes into the same commit, so
/// there is no second truth to reconcile.
struct PaymentHooks {
    /// An incoming HTLC is irrevocable; answer now or later with fulfill, fail or failMalformed. May come
    /// again after a restart.
    std::function<void(const ln::ChannelId&, const ln::channel::HtlcAddedIrrevocably&)> arrived;
    /// An incoming HTLC that we answered is gone for good, off chain or on chain.
    std::function<void(const ln::ChannelId&, const ln::channel::IncomingHtlcResolved&)> resolved;
    /// The preimage of an HTLC of ours, off chain or on chain; may come more than once.
    std::function<void(const ln::channel::HtlcOrigin&, const ln::Preimage&)> fulfilled;
    /// An HTLC of ours is irrevocably gone, or never was in a commitment.
    std::function<void(const ln::channel::HtlcOrigin&, const ln::channel::HtlcFailed&)> failed;
    /// A channel became usable, or can send more than before.
    std::function<void(const ln::ChannelId&)> usable;
    /// Preimage that may be shown on chain for this incoming HTLC (threats 62).
    std::function<std::optional<ln::Preimage>(const ln::ChannelId&, std::uint64_t htlc_id)> releasable;
};

/// A channel through which somebody can reach us, for invoices.
struct HintChannel {
    ln::ChannelId channel_id;
    ln::NodeId peer;
    ln::ShortChannelId scid; // that the hint names
    ln::MilliSatoshi receivable;
    bool announced = false;
};

/// What the shell knows of a channel beside the machine's state.
struct ChannelFacts {
    std::optional<io::Endpoint> endpoint;
    std::vector<std::pair<std::int64_t, std::string>> timeline; // UNIX seconds, what happened (for people)
    std::string close_cause;
    std::optional<duplex::bitcoin::Script> payout;                // of claims: the same as long as they live
    std::uint64_t opened_index = 0;                               // order of opening
    std::optional<duplex::bitcoin::FeeratePerKw> closing_feerate; // that the user chose for the close
    std::int64_t close_alone_at = 0; // UNIX seconds: the end of the patience with a close together, 0: none
};

/// Runs the channel machines: events in, rows stored, actions carried out, in that order. Before the first
/// unlock it only watches the chain.
class ChannelDriver {
public:
    explicit ChannelDriver(Shell& shell);
    ~ChannelDriver();

    /// Every row of the wallet's database; or what is damaged.
    std::expected<void, std::string> load();
    /// The first unlock: keys are there until exit. Restores every machine.
    void begin(const ln::keys::LightningRoot& root, const duplex::bitcoin::keys::ExtendedPrivateKey& master,
               PeerDriver& peers, PaymentHooks hooks);
    bool hasBegun() const;

    // Peers.
    void peerReady(const LightningConnection& connection);
    void peerGone(const ln::NodeId& node_id);
    void message(const ln::NodeId& from, const ln::wire::Message& message);

    // The chain, in the fixed order: wallet, then channels, then payments.
    /// True when something to watch was added: the light client must scan this block's heights again.
    void blockConnected(duplex::bitcoin::BlockHeight height, const duplex::bitcoin::Block* block);
    void blockDisconnected(duplex::bitcoin::BlockHeight height);
    void completeTo(duplex::bitcoin::BlockHeight height);
    /// A transaction that a peer relayed and that no block holds: a commitment of the partner, or a rival of
    /// a claim of ours.
    void relayed(const duplex::bitcoin::Transaction& transaction);
    void tick();
    std::vector<duplex::bitcoin::Script> watchedScripts() const;
    std::vector<light::WatchedOutPoint> watchedOutpoints() const;

    // Payments.
    using AddAnswered = std::function<void(const std::optional<ln::channel::ChannelError>&)>;
    void addHtlc(const ln::ChannelId& channel, const ln::channel::NewHtlc& htlc, AddAnswered answered);
    void fulfill(const ln::ChannelId& channel, std::uint64_t id, const ln::Preimage& preimage);
    void fail(const ln::ChannelId& channel, std::uint64_t id, Bytes reason);
    void failMalformed(const ln::ChannelId& channel, std::uint64_t id, const ByteArray<32>& sha256_of_onion,
                       std::uint16_t failure_code);
    /// Channels that can send now.
    std::vector<ln::gossip::FirstHop> firstHops() const;
    std::vector<HintChannel> hintChannels() const;
    /// True while a commitment (or the log) of any channel holds an HTLC of this origin.
    bool holdsHtlcOf(const ln::channel::HtlcOrigin& origin) const;
    /// A preimage was learnt elsewhere: claims on chain may use it.
    void preimageLearnt();

    // Requests.
    void fund(const api::FundChannel& request, Answered answered);
    void close(const api::CloseChannel& request, Answered answered);
    api::Forecast forecast(const ln::ChannelId& channel) const;

    // Facts.
    std::map<ln::ChannelId, const ln::channel::Channel*> all() const;
    std::vector<api::ChannelView> views() const;
    /// By channel id, short channel id (real or alias) or the node id of a peer with exactly one channel.
    std::optional<ln::ChannelId> find(const std::string& name) const;
    /// Held back for fees of closes (lightning.md 10).
    duplex::bitcoin::Satoshi reserveNeeded() const;
    /// Whether a wallet's database holds channels that are not settled, without opening the wallet.
    static bool hasUnresolved(const store::Database& wallet);
    bool isUnresolved() const; // a channel is open or has outputs to come

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace duplex::family::bitcoin
