#pragma once

#include "core/lightning/channel/event.h"

namespace duplex::lightning::channel {

// Effects, released in their order after the outcome is stored; each may be released more than once (a crash
// between), so every receiver is idempotent.

/// To the peer, if connected; dropped silently else (reestablish sends again what counts).
struct SendMessage {
    wire::Message message;
    friend bool operator==(const SendMessage&, const SendMessage&) = default;
};
/// Announce to the network and keep announcing until confirmed or spent otherwise.
struct PublishTransaction {
    enum class What { funding, commitment, mutual_close };
    What what = What::funding;
    bitcoin::Transaction transaction;
    friend bool operator==(const PublishTransaction&, const PublishTransaction&) = default;
};
/// Report FundingConfirmed, FundingUnconfirmed, FundingSpent, FundingUnspent of this output from
/// `birth_height` on.
struct WatchOutput {
    bitcoin::OutPoint outpoint;
    bitcoin::Script script;
    std::uint32_t birth_height = 0;
    friend bool operator==(const WatchOutput&, const WatchOutput&) = default;
};
/// Hold this much of the wallet back for the opening that begins.
struct ReserveCoins {
    bitcoin::Satoshi amount;
    friend bool operator==(const ReserveCoins&, const ReserveCoins&) = default;
};
/// The opening failed: coins and an unpublished funding transaction are free again.
struct ReleaseCoins {
    friend bool operator==(const ReleaseCoins&, const ReleaseCoins&) = default;
};
/// To the wallet: build and sign (segwit inputs only), do not publish; answer FundingTransactionSigned or
/// OpenCancelled.
struct BuildFundingTransaction {
    bitcoin::Script script;
    bitcoin::Satoshi amount;
    friend bool operator==(const BuildFundingTransaction&, const BuildFundingTransaction&) = default;
};
/// The peer wants to open: ask rule or user, answer AcceptDecision.
struct AcceptanceNeeded {
    bitcoin::Satoshi capacity;
    MilliSatoshi pushed;
    Announce announce = Announce::no;
    friend bool operator==(const AcceptanceNeeded&, const AcceptanceNeeded&) = default;
};
/// The channel's row and routes move from the temporary id to this one.
struct ChannelIdAssigned {
    ChannelId temporary_id, id;
    friend bool operator==(const ChannelIdAssigned&, const ChannelIdAssigned&) = default;
};
/// Usable (again, after each reestablish).
struct ChannelUsable {
    std::optional<ShortChannelId> scid, local_alias, remote_alias;
    friend bool operator==(const ChannelUsable&, const ChannelUsable&) = default;
};

/// An incoming HTLC is irrevocable: to the payment layer, which answers FulfillHtlc, FailHtlc or
/// FailMalformedHtlc. Given again by Restored while it waits for that answer.
struct HtlcAddedIrrevocably {
    enum class MustFail { no, funding_unconfirmed, expiry_too_soon, expiry_too_far, dust_exposure };
    std::uint64_t id = 0;
    MilliSatoshi amount;
    PaymentHash payment_hash;
    CltvExpiry cltv_expiry;
    wire::OnionRoutingPacket onion{};
    std::optional<crypto::PublicKey> path_key;
    MustFail must_fail = MustFail::no; // not to be fulfilled, whatever the onion says
    friend bool operator==(const HtlcAddedIrrevocably&, const HtlcAddedIrrevocably&) = default;
};
/// One that we fulfilled or failed is gone from both commitments.
struct IncomingHtlcResolved {
    std::uint64_t id = 0;
    PaymentHash payment_hash;
    bool fulfilled = false;
    friend bool operator==(const IncomingHtlcResolved&, const IncomingHtlcResolved&) = default;
};
/// The peer showed the preimage: final for us at once. Store it before anything else uses it.
struct HtlcFulfilled {
    HtlcOrigin origin;
    std::uint64_t id = 0;
    Preimage preimage;
    friend bool operator==(const HtlcFulfilled&, const HtlcFulfilled&) = default;
};
/// Irrevocably gone without a preimage, or never in any commitment.
struct NotCommitted {
    friend bool operator==(const NotCommitted&, const NotCommitted&) = default;
};
struct HtlcFailed {
    HtlcOrigin origin;
    std::uint64_t id = 0;
    std::variant<NotCommitted, Failed, FailedMalformed> cause;
    friend bool operator==(const HtlcFailed&, const HtlcFailed&) = default;
};

/// Answer to a command.
struct Reply {
    RequestId request;
    std::optional<ChannelError> error;    // nothing: done
    std::optional<std::uint64_t> htlc_id; // of AddHtlc
    friend bool operator==(const Reply&, const Reply&) = default;
};
/// Post the event SignCommitment to this channel, after the actions of this outcome.
struct ScheduleSignCommitment {
    friend bool operator==(const ScheduleSignCommitment&, const ScheduleSignCommitment&) = default;
};
struct PingPeer {
    friend bool operator==(const PingPeer&, const PingPeer&) = default;
};
/// Close the connection after what was sent before.
struct DisconnectPeer {
    friend bool operator==(const DisconnectPeer&, const DisconnectPeer&) = default;
};
/// A balance, or what can be sent or received, changed: publish a snapshot.
struct BalanceChanged {
    friend bool operator==(const BalanceChanged&, const BalanceChanged&) = default;
};
/// The static channel backup must hold this channel's newest facts.
struct StoreBackup {
    friend bool operator==(const StoreBackup&, const StoreBackup&) = default;
};
/// For the user's eyes.
struct Alarm {
    enum class Kind {
        force_closing,
        we_are_stale,
        peer_is_behind,
        funding_mismatch,
        funding_reorganized,
        closed_by_peer
    };
    Kind kind = Kind::force_closing;
    std::optional<ChannelError> cause;
    friend bool operator==(const Alarm&, const Alarm&) = default;
};
/// The opening failed before money was committed: delete the row.
struct ForgetChannel {
    friend bool operator==(const ForgetChannel&, const ForgetChannel&) = default;
};
/// The funding is (about to be) spent: start or feed the on-chain resolver with closedChannelFacts().
struct ResolveOnChain {
    friend bool operator==(const ResolveOnChain&, const ResolveOnChain&) = default;
};
/// All is over: archive.
struct ChannelArchived {
    CloseKind kind = CloseKind::mutual;
    friend bool operator==(const ChannelArchived&, const ChannelArchived&) = default;
};

using Action = std::variant<SendMessage, PublishTransaction, WatchOutput, ReserveCoins, ReleaseCoins,
                            BuildFundingTransaction, AcceptanceNeeded, ChannelIdAssigned, ChannelUsable,
                            HtlcAddedIrrevocably, IncomingHtlcResolved, HtlcFulfilled, HtlcFailed, Reply,
                            ScheduleSignCommitment, PingPeer, DisconnectPeer, BalanceChanged, StoreBackup,
                            Alarm, ForgetChannel, ResolveOnChain, ChannelArchived>;

} // namespace duplex::lightning::channel
