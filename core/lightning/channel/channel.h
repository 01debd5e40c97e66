#pragma once

#include "core/lightning/channel/phase.h"
#include "core/lightning/primitives/channel_type.h"

namespace duplex::lightning::channel {

enum class Announce : std::uint8_t { no, yes };

/// Whether our stored state is known to be the newest.
enum class Standing : std::uint8_t {
    in_sync,
    stale,       // the peer proved that we lost state: our commitment is never broadcast again, by anything
    peer_behind, // the peer lost state: we wait for its `error` before broadcasting
};

/// The whole state of one channel. A value: `advance` gives the next one.
struct Channel {
    ChannelId id; // the temporary one until the funding outpoint is known
    ChannelId temporary_id;
    NodeId peer;
    keys::ChannelNonce nonce;
    ChannelType type;
    Announce announce = Announce::no;
    Terms terms;
    MilliSatoshi pushed;
    bitcoin::FeeratePerKw opening_feerate;
    std::uint32_t minimum_depth = 0;
    std::uint32_t opened_height = 0;  // watch the funding from here
    std::uint32_t funding_height = 0; // of its block; 0 while unconfirmed
    std::optional<bitcoin::Script> local_upfront_script, remote_upfront_script;
    std::optional<bitcoin::Transaction> funding_transaction; // ours, to publish again
    std::optional<ShortChannelId> scid;                      // real one, once confirmed
    std::vector<ShortChannelId> local_aliases;               // ours, newest last; old ones stay valid
    std::optional<ShortChannelId> remote_alias;
    std::uint64_t open_request = 0; // to answer the user's OpenRequested, 0 for none

    Phase phase;
    Standing standing = Standing::in_sync;
    Commitments commitments;
    std::vector<bitcoin::Transaction> signed_closings; // every one that we signed stays watched

    // Of this run or this connection only: not stored, back to these values after a restart.
    Link link = Link::offline;
    bool reestablish_sent = false;
    std::vector<wire::Message> held; // came before its time
    std::optional<Ticks> signed_at;  // our commitment_signed without an answer
    bool ping_sent = false;
    Ticks grace_until{};                // no close for an expired outgoing HTLC before
    int graces = 0;                     // connections that asked for this grace while such an HTLC waited
    std::vector<Ticks> internal_errors; // times of LND's recoverable `error`s in the last 24 h

    bool isFunder() const { return terms.parameters.funder == Side::local; }
    friend bool operator==(const Channel&, const Channel&) = default;
};

/// A channel before its first event, for a message open_channel of this peer or for OpenRequested.
Channel newChannel(const NodeId& peer, const keys::ChannelNonce& nonce);

/// True once money is committed: from here on the row may not be deleted before everything is resolved.
bool isEstablished(const Channel& channel);
/// True while the agreed funding output stands `minimum_depth` blocks deep at this verified height. Until
/// then a preimage would be given for coins that may not exist (threats 22, 31).
bool isFundingDeep(const Channel& channel, std::uint32_t height);
/// True for a channel that the peer was to fund and whose output was never there for us to use: it holds
/// nothing of ours.
bool wasNeverFunded(const Channel& channel);
/// True while the channel can carry new HTLCs.
bool isUsable(const Channel& channel);

struct Balance {
    MilliSatoshi local, remote;                     // settled, HTLCs in flight excluded from both
    MilliSatoshi local_in_flight, remote_in_flight; // offered by us, offered by them
    MilliSatoshi sendable, receivable;              // as one HTLC, now
    friend bool operator==(const Balance&, const Balance&) = default;
};
Balance balanceOf(const Channel& channel, const Context& context);

/// The scid that routes to us may name (lightning.md 1, row 46/47): with the scid_alias type only the peer's
/// alias; without it the peer's alias if there is one, else the real scid.
std::optional<ShortChannelId> scidForHints(const Channel& channel);
/// True when a channel_update or a forward names this channel: real scid, any alias of ours, the peer's
/// alias.
bool isNamedBy(const Channel& channel, ShortChannelId id);

} // namespace duplex::lightning::channel
