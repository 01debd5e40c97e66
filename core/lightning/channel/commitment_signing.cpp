#include "core/base/check.h"
#include "core/lightning/channel/commitments.h"

#include <algorithm>

namespace duplex::lightning::channel {

using commitment::CommitmentNumber;
using commitment::CommitmentSpec;
using commitment::CommitmentTx;
using commitment::Format;
using commitment::SecondStage;

namespace {

bool isPending(const Commitments& commitments, Side proposer, Stage stage) {
    const bool htlcs = std::ranges::any_of(commitments.htlcs, [&](const Htlc& htlc) {
        return (htlc.offered_by == proposer && htlc.stage == stage) ||
               (htlc.offered_by != proposer && htlc.removal && htlc.removal->stage == stage);
    });
    return htlcs || (commitments.funder == proposer &&
                     std::ranges::any_of(commitments.fee_updates,
                                         [&](const FeeUpdate& update) { return update.stage == stage; }));
}

/// Of fees at one stage only the last counts, and they move together from here on: a peer that signs fee
/// after fee without ever revoking must not make the row grow. Ours that are signed and not revoked for stay
/// all: they are sent again in their first order, in which each was affordable.
void dropSuperseded(std::vector<FeeUpdate>& fees, Side proposer) {
    for (std::size_t i = fees.size(); i-- > 1;) {
        const bool sent_again = proposer == Side::local && fees[i].stage == Stage::committed;
        if (fees[i - 1].stage == fees[i].stage && !sent_again)
            fees.erase(fees.begin() + static_cast<std::ptrdiff_t>(i) - 1);
    }
}

/// Moves every update of `proposer` that stands at `from` one stage on.
void step(Commitments& commitments, Side proposer, Stage from) {
    const Stage to = static_cast<Stage>(static_cast<int>(from) + 1);
    for (Htlc& htlc : commitments.htlcs) {
        if (htlc.offered_by == proposer && htlc.stage == from) htlc.stage = to;
        if (htlc.offered_by != proposer && htlc.removal && htlc.removal->stage == from)
            htlc.removal->stage = to;
    }
    if (commitments.funder != proposer) return;
    for (FeeUpdate& update : commitments.fee_updates)
        if (update.stage == from) update.stage = to;
    dropSuperseded(commitments.fee_updates, proposer);
}

/// Takes irrevocable removals and fees out of the logs and into the balances and the feerate.
std::vector<Htlc> settle(Commitments& commitments) {
    std::vector<Htlc> settled, live;
    for (Htlc& htlc : commitments.htlcs) {
        if (!htlc.removal || htlc.removal->stage != Stage::irrevocable) {
            live.push_back(std::move(htlc));
            continue;
        }
        if (std::holds_alternative<Fulfilled>(htlc.removal->kind)) {
            const bool ours = htlc.offered_by == Side::local;
            (ours ? commitments.local_balance : commitments.remote_balance) -= htlc.amount;
            (ours ? commitments.remote_balance : commitments.local_balance) += htlc.amount;
        }
        settled.push_back(std::move(htlc));
    }
    commitments.htlcs = std::move(live);
    std::vector<FeeUpdate>& fees = commitments.fee_updates;
    while (!fees.empty() && fees.front().stage == Stage::irrevocable) {
        commitments.feerate = fees.front().feerate;
        fees.erase(fees.begin());
    }
    return settled;
}

struct RemoteSigned {
    wire::CommitmentSigned message;
    keys::SignerCounters counters;
};

/// Builds and signs a commitment of the peer.
Result<RemoteSigned> signRemote(const Terms& terms, const Commitments& commitments, CommitmentNumber number,
                                const crypto::PublicKey& point, const keys::ChannelSigner& signer) {
    const CommitmentSpec spec =
        specOf(commitments, number.value == commitments.remote_number ? View::remote : View::remote_next);
    const auto built = commitment::buildCommitment(terms.parameters, spec, number, point);
    if (!built) return std::unexpected(SignerRefused{});
    const bitcoin::Script script = commitment::fundingScript(terms.parameters.local.keys.funding_pubkey,
                                                             terms.parameters.remote.keys.funding_pubkey);
    const auto signature = signer.signRemoteCommitment(
        number, commitment::fundingSpend(*built, script, terms.parameters.capacity), commitments.counters);
    if (!signature) return std::unexpected(SignerRefused{});
    RemoteSigned result{.counters = signature->counters};
    result.message.channel_id = channelIdOf(terms.parameters.funding);
    result.message.signature = signature->signature;
    result.message.funding_txid = terms.parameters.funding.txid;
    for (const SecondStage& stage : commitment::secondStages(terms.parameters, *built, spec.feerate)) {
        const auto htlc = signer.signRemoteHtlc(commitment::spendOf(stage), point,
                                                commitment::counterSignatureFlags(Format::anchors));
        if (!htlc) return std::unexpected(SignerRefused{});
        result.message.htlc_signature.push_back(*htlc);
    }
    return result;
}

/// Keeps the HTLCs of the remote commitment that is being revoked, for a penalty.
void recordRevoked(Commitments& commitments) {
    const std::uint64_t number = commitments.remote_number;
    for (const commitment::CommitmentHtlc& htlc : specOf(commitments, View::remote).htlcs) {
        const auto known = std::ranges::find_if(
            commitments.revoked_htlcs.rbegin(), commitments.revoked_htlcs.rend(), [&](const RevokedHtlc& r) {
                return r.last + 1 == number && r.htlc.direction == htlc.direction && r.htlc.id == htlc.id;
            });
        if (known != commitments.revoked_htlcs.rend())
            known->last = number;
        else
            commitments.revoked_htlcs.push_back({.first = number, .last = number, .htlc = htlc});
    }
}

} // namespace

bool hasChangesToSign(const Commitments& commitments) {
    return isPending(commitments, Side::local, Stage::proposed) ||
           isPending(commitments, Side::remote, Stage::committed);
}

Result<Signed> sendCommit(const Terms& terms, const Commitments& commitments, const Context& context) {
    if (commitments.awaiting_revocation || !hasChangesToSign(commitments))
        return std::unexpected(SignerRefused{});
    Commitments next = commitments;
    step(next, Side::local, Stage::proposed);
    step(next, Side::remote, Stage::committed);
    next.awaiting_revocation = true;
    next.last_sent = LastSent::commitment_signed;
    auto made = signRemote(terms, next, {next.remote_number + 1}, next.remote_next_point, context.signer);
    if (!made) return std::unexpected(made.error());
    next.counters = made->counters;
    return Signed{.next = std::move(next), .message = std::move(made->message)};
}

Result<wire::CommitmentSigned> resendCommit(const Terms& terms, const Commitments& commitments,
                                            const Context& context) {
    auto made = signRemote(terms, commitments, {commitments.remote_number + 1}, commitments.remote_next_point,
                           context.signer);
    if (!made) return std::unexpected(made.error());
    return std::move(made->message);
}

Result<FirstSignature> signFirstRemote(const Terms& terms, const Commitments& commitments,
                                       const Context& context) {
    const auto made = signRemote(terms, commitments, {0}, commitments.remote_point, context.signer);
    if (!made) return std::unexpected(made.error());
    return FirstSignature{.signature = made->message.signature, .counters = made->counters};
}

Result<Commitments> receiveFirstSignature(const Terms& terms, const Commitments& commitments,
                                          const crypto::Signature& signature, const Context& context) {
    const auto built = commitment::buildCommitment(terms.parameters, specOf(commitments, View::local), {0},
                                                   context.signer.pointAt({0}));
    if (!built || !commitment::verifyCommitmentSignature(terms.parameters, *built, signature))
        return std::unexpected(InvalidCommitmentSignature{.commitment_number = 0});
    Commitments next = commitments;
    next.signature = signature;
    next.counters.local_stored = 1;
    return next;
}

Result<Revoked> receiveCommit(const Terms& terms, const Commitments& commitments,
                              const wire::CommitmentSigned& message, const Context& context) {
    Commitments next = commitments;
    step(next, Side::remote, Stage::proposed);
    step(next, Side::local, Stage::acknowledged);
    const CommitmentSpec spec = specOf(next, View::local);
    const CommitmentNumber number{commitments.local_number + 1};
    const auto built =
        commitment::buildCommitment(terms.parameters, spec, number, context.signer.pointAt(number));
    if (!built) return std::unexpected(InvalidCommitmentSignature{.commitment_number = number.value});
    const auto stages = commitment::secondStages(terms.parameters, *built, spec.feerate);
    if (message.htlc_signature.size() != stages.size())
        return std::unexpected(
            WrongHtlcSignatureCount{.expected = stages.size(), .count = message.htlc_signature.size()});
    if (!commitment::verifyCommitmentSignature(terms.parameters, *built, message.signature))
        return std::unexpected(InvalidCommitmentSignature{.commitment_number = number.value});
    for (std::size_t i = 0; i < stages.size(); ++i)
        if (!commitment::verifyHtlcSignature(terms.parameters, *built, stages[i], message.htlc_signature[i]))
            return std::unexpected(InvalidHtlcSignature{.index = i});

    next.local_number = number.value;
    next.signature = message.signature;
    next.htlc_signatures = message.htlc_signature;
    next.counters.local_stored = number.value + 1;
    next.counters.local_released = number.value;
    next.last_sent = LastSent::revoke_and_ack;
    std::vector<Htlc> settled = settle(next);
    auto revocation = resendRevoke(next, context);
    if (!revocation) return std::unexpected(revocation.error());
    revocation->channel_id = message.channel_id;
    return Revoked{.next = std::move(next), .message = *revocation, .settled = std::move(settled)};
}

Result<wire::RevokeAndAck> resendRevoke(const Commitments& commitments, const Context& context) {
    const CommitmentNumber revoked{commitments.local_number - 1};
    const auto secret = context.signer.releaseSecret(revoked, commitments.counters);
    if (!secret) return std::unexpected(SignerRefused{});
    return wire::RevokeAndAck{.per_commitment_secret = secret->reveal(),
                              .next_per_commitment_point =
                                  context.signer.pointAt({commitments.local_number + 1})};
}

Result<Acknowledged> receiveRevoke(const Commitments& commitments, const wire::RevokeAndAck& message) {
    if (!commitments.awaiting_revocation) return std::unexpected(UnexpectedRevocation{});
    const crypto::Secret<32> secret(message.per_commitment_secret);
    const std::optional<crypto::PublicKey> point = keys::pointOf(secret);
    Acknowledged result{.next = commitments};
    Commitments& next = result.next;
    if (!point || *point != commitments.remote_point ||
        !next.remote_secrets.insert({commitments.remote_number}, secret))
        return std::unexpected(RevocationSecretMismatch{.commitment_number = commitments.remote_number});
    recordRevoked(next);
    next.remote_number += 1;
    next.remote_point = commitments.remote_next_point;
    next.remote_next_point = message.next_per_commitment_point;
    next.awaiting_revocation = false;
    for (const Htlc& htlc : next.htlcs)
        if (htlc.offered_by == Side::remote && htlc.stage == Stage::acknowledged) {
            result.added.push_back(htlc);
            result.added.back().stage = Stage::irrevocable;
        }
    step(next, Side::local, Stage::committed);
    step(next, Side::remote, Stage::acknowledged);
    result.settled = settle(next);
    return result;
}

Dropped dropUncommitted(const Commitments& commitments) {
    Dropped result{.next = commitments};
    Commitments& next = result.next;
    next.htlcs.clear();
    for (const Htlc& htlc : commitments.htlcs) {
        if (htlc.stage == Stage::proposed) {
            const bool ours = htlc.offered_by == Side::local;
            (ours ? next.next_local_htlc_id : next.next_remote_htlc_id) -= 1;
            if (ours) result.htlcs.push_back(htlc);
            continue;
        }
        next.htlcs.push_back(htlc);
        Htlc& kept = next.htlcs.back();
        const bool theirs = kept.offered_by == Side::local; // the removal is of the other side
        if (theirs && kept.removal && kept.removal->stage == Stage::proposed) kept.removal.reset();
    }
    std::erase_if(next.fee_updates, [](const FeeUpdate& update) { return update.stage == Stage::proposed; });
    return result;
}

namespace {

wire::Message removalMessage(const ChannelId& id, const Htlc& htlc, const Removal& removal) {
    return std::visit(overloaded{
                          [&](const Fulfilled& kind) -> wire::Message {
                              return wire::UpdateFulfillHtlc{
                                  .channel_id = id, .id = htlc.id, .payment_preimage = kind.preimage};
                          },
                          [&](const Failed& kind) -> wire::Message {
                              return wire::UpdateFailHtlc{
                                  .channel_id = id, .id = htlc.id, .reason = kind.reason};
                          },
                          [&](const FailedMalformed& kind) -> wire::Message {
                              return wire::UpdateFailMalformedHtlc{.channel_id = id,
                                                                   .id = htlc.id,
                                                                   .sha256_of_onion = kind.sha256_of_onion,
                                                                   .failure_code = kind.failure_code};
                          },
                      },
                      removal.kind);
}

} // namespace

std::vector<wire::Message> updatesToResend(const Commitments& commitments, const ChannelId& id, Stage stage) {
    std::vector<std::pair<std::uint64_t, wire::Message>> ordered;
    for (const Htlc& htlc : commitments.htlcs) {
        if (htlc.offered_by == Side::local && htlc.stage == stage)
            ordered.emplace_back(htlc.order, wire::UpdateAddHtlc{.channel_id = id,
                                                                 .id = htlc.id,
                                                                 .amount_msat = htlc.amount,
                                                                 .payment_hash = htlc.payment_hash,
                                                                 .cltv_expiry = htlc.cltv_expiry,
                                                                 .onion_routing_packet = htlc.onion,
                                                                 .path_key = htlc.path_key});
        if (htlc.offered_by == Side::remote && htlc.removal && htlc.removal->stage == stage)
            ordered.emplace_back(htlc.removal->order, removalMessage(id, htlc, *htlc.removal));
    }
    if (commitments.funder == Side::local)
        for (const FeeUpdate& update : commitments.fee_updates)
            if (update.stage == stage)
                ordered.emplace_back(update.order,
                                     wire::UpdateFee{.channel_id = id, .feerate_per_kw = update.feerate});
    std::ranges::sort(ordered, {}, [](const auto& entry) { return entry.first; });
    std::vector<wire::Message> messages;
    for (auto& [order, message] : ordered) messages.push_back(std::move(message));
    return messages;
}

CommitmentTx localCommitment(const Terms& terms, const Commitments& commitments,
                             const keys::ChannelSigner& signer) {
    const CommitmentNumber number{commitments.local_number};
    auto built = commitment::buildCommitment(terms.parameters, specOf(commitments, View::local), number,
                                             signer.pointAt(number));
    check(built.has_value(), "a stored local commitment builds");
    return std::move(*built);
}

Result<bitcoin::Transaction> signedLocalCommitment(const Terms& terms, const Commitments& commitments,
                                                   const keys::ChannelSigner& signer) {
    const CommitmentTx commitment = localCommitment(terms, commitments, signer);
    const bitcoin::Script script = commitment::fundingScript(terms.parameters.local.keys.funding_pubkey,
                                                             terms.parameters.remote.keys.funding_pubkey);
    const auto signature = signer.signLocalCommitment(
        commitment.number, commitment::fundingSpend(commitment, script, terms.parameters.capacity),
        commitments.counters);
    if (!signature) return std::unexpected(SignerRefused{});
    return commitment::withFundingSignatures(terms.parameters, commitment.transaction, *signature,
                                             commitments.signature);
}

} // namespace duplex::lightning::channel
