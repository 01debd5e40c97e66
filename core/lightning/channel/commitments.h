#pragma once

#include "core/base/variant.h"
#include "core/lightning/channel/context.h"
#include "core/lightning/channel/error.h"
#include "core/lightning/commitment/commitment_tx.h"
#include "core/lightning/commitment/htlc_tx.h"
#include "core/lightning/wire/message.h"

#include <expected>

namespace duplex::lightning::channel {

using commitment::opposite;
using commitment::Side;

/// How far an update (an add, a removal or a fee) has come. The side that sent it is its proposer.
///
/// | stage        | proposer local                  | proposer remote                          |
/// | proposed     | sent                            | received                                 |
/// | committed    | we signed it for them           | in our commitment, our old one revoked   |
/// | acknowledged | they revoked: in theirs         | we signed it for them as well            |
/// | irrevocable  | they signed, we revoked: in both| they revoked: in both                    |
///
/// A received commitment_signed and the revoke_and_ack that answers it are one step of ours, stored together.
enum class Stage : std::uint8_t { proposed, committed, acknowledged, irrevocable };

/// Who pays by an HTLC that we offered: given by the payment layer, carried back, never read here.
struct PaymentIdTag;
using PaymentId = TaggedBytes<PaymentIdTag>;
struct HtlcOrigin {
    PaymentId payment;
    std::uint32_t part = 0;
    friend auto operator<=>(const HtlcOrigin&, const HtlcOrigin&) = default;
};

struct Fulfilled {
    Preimage preimage;
    friend bool operator==(const Fulfilled&, const Fulfilled&) = default;
};
struct Failed {
    Bytes reason; // onion-encrypted
    friend bool operator==(const Failed&, const Failed&) = default;
};
struct FailedMalformed {
    ByteArray<32> sha256_of_onion{};
    std::uint16_t failure_code = 0;
    friend bool operator==(const FailedMalformed&, const FailedMalformed&) = default;
};
using RemovalKind = std::variant<Fulfilled, Failed, FailedMalformed>;

/// The removal of an HTLC, proposed by the side that received it.
struct Removal {
    RemovalKind kind;
    Stage stage = Stage::proposed;
    std::uint64_t order = 0; // among our updates: the order in which they are sent again
    friend bool operator==(const Removal&, const Removal&) = default;
};

/// Named by (offered_by, id) and nothing else (R8).
struct Htlc {
    Side offered_by = Side::local;
    std::uint64_t id = 0;
    MilliSatoshi amount;
    PaymentHash payment_hash;
    CltvExpiry cltv_expiry;
    wire::OnionRoutingPacket onion{};
    std::optional<crypto::PublicKey> path_key;
    HtlcOrigin origin; // of one that we offered
    Stage stage = Stage::proposed;
    std::uint64_t order = 0;
    std::optional<Removal> removal;
    friend bool operator==(const Htlc&, const Htlc&) = default;
};

struct FeeUpdate {
    bitcoin::FeeratePerKw feerate;
    Stage stage = Stage::proposed;
    std::uint64_t order = 0;
    friend bool operator==(const FeeUpdate&, const FeeUpdate&) = default;
};

/// An HTLC that stood in revoked remote commitments first..last: what a penalty needs. Dust included, since
/// what was trimmed depends on the feerate of the day. Kept for ever: in the log while the HTLC is in it,
/// then by takeSettledRevoked() in rows of their own.
struct RevokedHtlc {
    std::uint64_t first = 0, last = 0;
    commitment::CommitmentHtlc htlc; // direction as the remote owner sees it
    friend bool operator==(const RevokedHtlc&, const RevokedHtlc&) = default;
};

enum class LastSent : std::uint8_t { nothing, commitment_signed, revoke_and_ack };

/// What each side announced at opening, besides what the transactions need (commitment::ChannelParameters).
struct SideLimits {
    bitcoin::Satoshi reserve;   // which this side demands that the *other* keeps
    MilliSatoshi max_in_flight; // which this side accepts to be offered
    MilliSatoshi htlc_minimum;
    std::uint16_t max_accepted_htlcs = 0;
    friend bool operator==(const SideLimits&, const SideLimits&) = default;
};

/// What stays the same while commitments change.
struct Terms {
    commitment::ChannelParameters parameters;
    SideLimits local, remote;
    const SideLimits& of(Side side) const { return side == Side::local ? local : remote; }
    /// What `side` must keep.
    bitcoin::Satoshi reserveOf(Side side) const { return of(opposite(side)).reserve; }
    friend bool operator==(const Terms&, const Terms&) = default;
};

/// Both update logs and the counters. The HTLCs, balances and feerate of each commitment are derived
/// (specOf), never stored a second time.
struct Commitments {
    Side funder = Side::local;                  // proposes every fee update
    MilliSatoshi local_balance, remote_balance; // all live HTLCs still with the side that offered them
    bitcoin::FeeratePerKw feerate;              // irrevocable
    std::vector<FeeUpdate> fee_updates;         // of the funder, oldest first
    std::vector<Htlc> htlcs;                    // in the order of their adding
    std::uint64_t next_local_htlc_id = 0, next_remote_htlc_id = 0;
    std::uint64_t next_order = 0;

    std::uint64_t local_number = 0, remote_number = 0; // of the current commitments
    bool awaiting_revocation = false;                  // remote_number + 1 is signed and not acknowledged
    crypto::PublicKey remote_point, remote_next_point; // of remote_number and of the one after it
    crypto::Signature signature;                       // the peer's, on our current commitment
    std::vector<crypto::Signature> htlc_signatures;
    keys::SignerCounters counters;
    keys::ReceivedSecrets remote_secrets;
    std::vector<RevokedHtlc> revoked_htlcs;
    LastSent last_sent = LastSent::nothing;

    friend bool operator==(const Commitments&, const Commitments&) = default;
};

/// Which commitment is asked for.
enum class View : std::uint8_t {
    local,         // ours, current
    local_next,    // ours, as the peer's next signature must cover it
    remote,        // theirs, current
    remote_next,   // theirs, signed and not acknowledged
    remote_to_sign // theirs, as we would sign it now
};

commitment::CommitmentSpec specOf(const Commitments& commitments, View view);
/// R6 for every view; false is a fault of ours.
bool conserves(const Terms& terms, const Commitments& commitments);

const Htlc* findHtlc(const Commitments& commitments, Side offered_by, std::uint64_t id);
/// True while an HTLC of this payment part stands in the log: an attempt without one is failed, not sent
/// again.
bool holdsHtlcOf(const Commitments& commitments, const HtlcOrigin& origin);
/// What we could offer as one HTLC now: after reserve, commitment fee, fee-spike buffer, slots and limits.
MilliSatoshi sendable(const Terms& terms, const Commitments& commitments, const Context& context);
/// Value of trimmed HTLCs in a commitment of `owner`, and what it pays above relay level where the peer sets
/// the feerate.
MilliSatoshi dustExposure(const Terms& terms, const Commitments& commitments, Side owner,
                          const Policy& policy);
MilliSatoshi dustExposureLimit(const Terms& terms, const Policy& policy);
bitcoin::FeeratePerKw highestAcceptedFeerate(const Context& context);
/// What the peer could offer us as one HTLC now.
MilliSatoshi receivable(const Terms& terms, const Commitments& commitments, const Context& context);

template <typename T>
using Result = std::expected<T, ChannelError>;

struct NewHtlc {
    HtlcOrigin origin;
    MilliSatoshi amount;
    PaymentHash payment_hash;
    CltvExpiry cltv_expiry;
    wire::OnionRoutingPacket onion{};
    std::optional<crypto::PublicKey> path_key;
    friend bool operator==(const NewHtlc&, const NewHtlc&) = default;
};

// The verbs: each returns the next value or the reason why not, and changes nothing.
Result<Commitments> sendAdd(const Terms& terms, const Commitments& commitments, const NewHtlc& htlc,
                            const Context& context);
Result<Commitments> receiveAdd(const Terms& terms, const Commitments& commitments,
                               const wire::UpdateAddHtlc& message, const Context& context);
/// Removes an irrevocable HTLC that the peer offered. A wrong preimage is refused (R7).
Result<Commitments> sendRemoval(const Commitments& commitments, std::uint64_t id, RemovalKind kind);
/// The peer removes one that we offered. A wrong preimage is an error of the peer (threats 36).
Result<Commitments> receiveRemoval(const Commitments& commitments, std::uint64_t id, RemovalKind kind);
Result<Commitments> sendFee(const Terms& terms, const Commitments& commitments, bitcoin::FeeratePerKw feerate,
                            const Context& context);
Result<Commitments> receiveFee(const Terms& terms, const Commitments& commitments,
                               bitcoin::FeeratePerKw feerate, const Context& context);

/// True when a commitment_signed of ours would change something for the peer.
bool hasChangesToSign(const Commitments& commitments);
struct Signed {
    Commitments next;
    wire::CommitmentSigned message;
};
/// Signs remote_number + 1. Not while awaiting a revocation, not without changes.
Result<Signed> sendCommit(const Terms& terms, const Commitments& commitments, const Context& context);
/// The same message again, from the stored state (deterministic signatures).
Result<wire::CommitmentSigned> resendCommit(const Terms& terms, const Commitments& commitments,
                                            const Context& context);

struct Revoked {
    Commitments next;
    wire::RevokeAndAck message;
    std::vector<Htlc> settled; // that the peer offered and that are now gone from both commitments
};
/// Verifies the peer's signatures on our next commitment, moves to it and revokes the old one.
Result<Revoked> receiveCommit(const Terms& terms, const Commitments& commitments,
                              const wire::CommitmentSigned& message, const Context& context);
Result<wire::RevokeAndAck> resendRevoke(const Commitments& commitments, const Context& context);

struct Acknowledged {
    Commitments next;
    std::vector<Htlc> added;   // of the peer, irrevocable now
    std::vector<Htlc> settled; // of ours, gone from both commitments
};
Result<Acknowledged> receiveRevoke(const Commitments& commitments, const wire::RevokeAndAck& message);

struct Dropped {
    Commitments next;
    std::vector<Htlc> htlcs; // ours, that no commitment ever had
};
/// What a lost connection forgets: updates that no commitment_signed covered. Our own removals stay, to be
/// sent again.
Dropped dropUncommitted(const Commitments& commitments);

/// Our updates to send again before `resendCommit` (committed) or after everything (proposed), in their first
/// order.
std::vector<wire::Message> updatesToResend(const Commitments& commitments, const ChannelId& id, Stage stage);

/// True when neither log has an update that is not irrevocable, and no HTLC is left (closing may be
/// negotiated).
bool isQuiet(const Commitments& commitments);
/// True while an update of ours is not yet in the peer's current commitment (no `shutdown` then).
bool hasUnacknowledgedUpdates(const Commitments& commitments);

/// Our signature on the peer's commitment 0 (funding_created, funding_signed).
struct FirstSignature {
    crypto::Signature signature;
    keys::SignerCounters counters;
};
Result<FirstSignature> signFirstRemote(const Terms& terms, const Commitments& commitments,
                                       const Context& context);
/// The peer's signature on our commitment 0, verified.
Result<Commitments> receiveFirstSignature(const Terms& terms, const Commitments& commitments,
                                          const crypto::Signature& signature, const Context& context);
/// First commitments of a new channel; the balances from capacity and push.
Commitments firstCommitments(const Terms& terms, MilliSatoshi pushed, bitcoin::FeeratePerKw feerate);
/// Our current commitment, unsigned. A check: it was built and verified before it was stored.
commitment::CommitmentTx localCommitment(const Terms& terms, const Commitments& commitments,
                                         const keys::ChannelSigner& signer);
/// With both signatures. The signer refuses a revoked one (R5).
Result<bitcoin::Transaction> signedLocalCommitment(const Terms& terms, const Commitments& commitments,
                                                   const keys::ChannelSigner& signer);

} // namespace duplex::lightning::channel
