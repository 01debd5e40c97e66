#pragma once

#include "core/family/bitcoin/channel_driver.h"
#include "core/lightning/channel/channel_codec.h"
#include "core/lightning/channel/closed_channel.h"
#include "core/lightning/onchain/resolution.h"

#include <deque>

namespace duplex::family::bitcoin {

namespace channel = duplex::lightning::channel;
namespace onchain = duplex::lightning::onchain;
using duplex::bitcoin::OutPoint;
using duplex::bitcoin::Satoshi;
using duplex::bitcoin::Transaction;

/// How near its end a channel is, as `notify` tells it. Archiving is told by itself.
enum class Ending : std::uint8_t { none, closing, onchain };
Ending endingOf(const channel::Channel& value);

/// A channel with what the shell keeps beside the machine's state.
struct LiveChannel {
    channel::Channel value;
    ChannelFacts facts;
    std::vector<onchain::ClaimAttempt> attempts; // in the facts' row
    ln::Features remote_features;                // the peer's newest, in the facts' row
    std::optional<ln::keys::ChannelSigner> signer;
    bool facts_changed = false;
    std::optional<onchain::Resolution> resolution; // as of the last look at the chain
    std::map<duplex::bitcoin::Txid, std::set<OutPoint>>
        announced;                                    // claims that go around, and what they spend
    std::set<onchain::HtlcId> told_failed, told_done; // outcomes that the payments know
    std::vector<Answered> closers;                    // wait for the closing transaction
    std::vector<Transaction> relayed_commitments;     // of the partner, in no block
    std::set<duplex::bitcoin::Txid> rivals;           // of our claims, seen relayed since the last block
    std::optional<Ticks> close_alone_at;              // a closer's patience (setPatience)
    Ending told_ending = Ending::none;                // the furthest
};

Bytes encodedFacts(const LiveChannel& live);
bool decodeFacts(ByteView row, LiveChannel& live);

struct ChannelDriver::Parts {
    explicit Parts(Shell& with) : shell(with), watch(with) {}

    // The machines (channel_driver.cpp).
    struct Queued {
        ln::ChannelId id;
        channel::Event event;
    };
    void post(const ln::ChannelId& id, channel::Event event);
    void drain();
    void step(const Queued& queued);
    channel::Context contextOf(const LiveChannel& live) const;
    std::set<ln::ChannelId> idsBut(const ln::ChannelId& id) const;
    LiveChannel* find(const ln::ChannelId& id);
    const LiveChannel* find(const ln::ChannelId& id) const;
    LiveChannel* findFor(const ln::NodeId& peer, const ln::ChannelId& id);
    /// The script of its payouts, one for its whole life.
    void takePayout(LiveChannel& live);
    void store(LiveChannel& live, channel::Persist persist);
    channel::RevokedArchive archiveOf(const LiveChannel& live) const;
    void note(LiveChannel& live, std::string what);
    void notePhase(LiveChannel& live);
    void setPatience(LiveChannel& live, std::optional<std::int64_t> seconds);
    void openReceived(const ln::NodeId& from, const ln::wire::Message& message);
    ln::ShortChannelId freshAlias(const ln::ChannelId& id) const;
    channel::RequestId expect(std::function<void(const channel::Reply&)> reply);

    // Actions (channel_actions.cpp).
    void carryOut(const ln::ChannelId& id, const channel::Action& action);
    void sendTo(const ln::NodeId& peer, ln::wire::Message message);
    void tellState(const ln::ChannelId& id, std::string state); // by `notify`
    void tellEnding(LiveChannel& live);
    void publish(LiveChannel& live, const channel::PublishTransaction& action);
    void giveUpAgreed(const LiveChannel& live, wallet::WalletChange& change);
    void answerClosers(LiveChannel& live, const api::ChannelClosed& reply);

    // Opening (channel_funding.cpp).
    struct Opening {
        std::string request_id;
        std::vector<Answered> answered;
        std::vector<OutPoint> coins;
        std::optional<duplex::bitcoin::FeeratePerKw> feerate;
        std::optional<std::int64_t> max_fee_sat;
        std::optional<Transaction> transaction;
    };
    std::string ownerOf(const ln::ChannelId& temporary_id) const;
    void buildFunding(LiveChannel& live, const channel::BuildFundingTransaction& action);
    void decideAcceptance(LiveChannel& live, const channel::AcceptanceNeeded& action);
    void releaseCoins(const ln::ChannelId& temporary_id);
    void opened(const channel::Reply& reply, const ln::ChannelId& temporary_id);
    duplex::bitcoin::FeeratePerKw openingFeerate(const api::FundChannel& request) const;
    Satoshi reserveFor(std::size_t channels) const;
    enum class Unfunded : std::uint8_t { left_out, counted };
    /// Channels that are not settled; `unfunded`: those of others whose coins never came.
    std::size_t liveCount(Unfunded unfunded) const;

    // The chain (channel_resolution.cpp).
    void tellChainAll();
    void tellChain(const ln::ChannelId& id);
    void adjustFeerate(const LiveChannel& live);
    bool paysCloses() const;
    void askForFees();
    /// `contested`: outputs of ours that a rival of our claims was just seen to spend.
    void resolve(LiveChannel& live, const std::set<OutPoint>& contested = {});
    bool noteCommitment(LiveChannel& live, const Transaction& transaction) const;
    std::set<OutPoint> noteRival(LiveChannel& live, const Transaction& transaction) const;
    std::uint32_t birthOf(const OutPoint& outpoint, const onchain::ChainFacts& chain) const;
    /// What claims are paced by: the header tip, where the scan lags behind it (R11).
    duplex::bitcoin::BlockHeight tip() const { return {std::max(height, shell.headerTip())}; }
    onchain::ChainFacts chainFactsOf(const LiveChannel& live) const;
    void renameClaimReservations(); // once, before the first resolve()
    std::vector<onchain::WalletCoin> feeCoins(const LiveChannel& live) const;
    void tellOutcomes(LiveChannel& live, const onchain::Resolution& resolution);
    void broadcastClaims(LiveChannel& live, const onchain::ClosedChannelFacts& facts,
                         const onchain::Resolution& resolution);
    std::optional<Transaction> completed(const LiveChannel& live, const onchain::Claim& claim) const;

    Shell& shell;
    ChainWatch watch;
    std::map<ln::ChannelId, LiveChannel> channels;  // by the present id
    std::map<ln::ChannelId, ln::ChannelId> renamed; // temporary id -> id, of this run
    std::optional<ln::keys::LightningRoot> root;
    std::optional<duplex::bitcoin::keys::ExtendedPrivateKey> master; // fees of claims, after locking too
    PeerDriver* peers = nullptr;
    PaymentHooks hooks;
    std::uint32_t height = 0; // verified
    std::uint32_t told_tip = 0;
    bool fees_due = false;                  // of the told tip
    std::optional<std::uint32_t> searching; // height of the block whose rounds run
    std::deque<Queued> queue;
    bool draining = false;
    std::uint64_t next_request = 1;
    std::map<std::uint64_t, std::function<void(const channel::Reply&)>> replies;
    std::map<ln::ChannelId, Opening> openings; // by temporary id
    std::set<OutPoint> touched;                // facts found, machines not told yet
};

} // namespace duplex::family::bitcoin
