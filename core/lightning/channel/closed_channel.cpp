#include "core/lightning/channel/closed_channel.h"

#include <algorithm>

namespace duplex::lightning::channel {

onchain::RevokedCommitment revokedCommitment(const Channel& channel, const RevokedArchive& archive,
                                             std::uint64_t number) {
    onchain::RevokedCommitment result{.funding = channel.terms.parameters.funding, .number = {number}};
    const auto collect = [&](const std::vector<RevokedHtlc>& all) {
        for (const RevokedHtlc& revoked : all)
            if (revoked.first <= number && number <= revoked.last) result.htlcs.push_back(revoked.htlc);
    };
    collect(archive());
    collect(channel.commitments.revoked_htlcs);
    return result;
}

onchain::ClosedChannelFacts closedChannelFacts(const Channel& channel, const keys::ChannelSigner& signer,
                                               const RevokedArchive& archive,
                                               const std::optional<bitcoin::Transaction>& spend) {
    const Commitments& ours = channel.commitments;
    const auto* closing = std::get_if<Closing>(&channel.phase);
    onchain::ClosedChannelFacts facts{.parameters = channel.terms.parameters, .secrets = ours.remote_secrets};
    facts.local = onchain::LocalCommitment{.number = {ours.local_number},
                                           .spec = specOf(ours, View::local),
                                           .per_commitment_point = signer.pointAt({ours.local_number}),
                                           .remote_signature = ours.signature,
                                           .remote_htlc_signatures = ours.htlc_signatures};
    facts.remote_current = onchain::RemoteCommitment{.number = {ours.remote_number},
                                                     .spec = specOf(ours, View::remote),
                                                     .per_commitment_point = ours.remote_point};
    if (ours.awaiting_revocation)
        facts.remote_next = onchain::RemoteCommitment{.number = {ours.remote_number + 1},
                                                      .spec = specOf(ours, View::remote_next),
                                                      .per_commitment_point = ours.remote_next_point};
    for (const bitcoin::Transaction& close : channel.signed_closings)
        facts.mutual_closes.push_back(close.txid());
    const bool wanted = closing && closing->kind == CloseKind::local_force && closing->transaction;
    if (wanted && channel.standing != Standing::stale) facts.local_close = onchain::LocalClose::wanted;

    std::optional<bitcoin::Transaction> seen = spend;
    if (!seen && closing && closing->spend) seen = closing->spend->transaction;
    const auto number = seen ? commitment::commitmentNumberOf(facts.parameters, *seen) : std::nullopt;
    if (number && number->value < ours.remote_number)
        facts.revoked.push_back(revokedCommitment(channel, archive, number->value));
    return facts;
}

std::optional<commitment::CommitmentSpec> confirmedSpec(const Channel& channel,
                                                        const onchain::FundingSpend& spend) {
    using Spec = std::optional<commitment::CommitmentSpec>;
    const auto of = [&](View view) { return Spec(specOf(channel.commitments, view)); };
    return std::visit(
        overloaded{
            [&](const onchain::OurCommitment&) { return of(View::local); },
            [&](const onchain::TheirCurrentCommitment&) { return of(View::remote); },
            [&](const onchain::TheirNextCommitment&) { return of(View::remote_next); },
            [](const one_of<onchain::Unspent, onchain::MutualClose, onchain::TheirRevokedCommitment,
                            onchain::TheirFutureCommitment, onchain::UnknownSpend> auto&) { return Spec(); }},
        spend);
}

bool holds(const commitment::CommitmentSpec& spec, const onchain::HtlcId& id) {
    return std::ranges::any_of(spec.htlcs, [&](const commitment::CommitmentHtlc& htlc) {
        return onchain::htlcIdOf(htlc, spec.owner) == id;
    });
}

KnownPreimages knownPreimages(const Channel& channel) {
    KnownPreimages result;
    for (const Htlc& htlc : channel.commitments.htlcs) {
        const auto* fulfilled = htlc.removal ? std::get_if<Fulfilled>(&htlc.removal->kind) : nullptr;
        if (!fulfilled) continue;
        (htlc.offered_by == Side::local ? result.offered : result.received)
            .emplace(htlc.payment_hash, fulfilled->preimage);
    }
    return result;
}

ForceCloseForecast forceCloseForecast(const Channel& channel, const keys::ChannelSigner& signer) {
    const commitment::CommitmentTx commitment = localCommitment(channel.terms, channel.commitments, signer);
    ForceCloseForecast forecast{.delay = channel.terms.parameters.local.to_self_delay,
                                .commitment_fee = commitment.fee};
    for (std::size_t i = 0; i < commitment.outputs.size(); ++i) {
        const commitment::CommitmentOutput& output = commitment.outputs[i];
        const bitcoin::Satoshi value = commitment.transaction.outputs[i].value;
        if (output.kind == commitment::OutputKind::to_owner) forecast.to_us += value;
        if (output.kind != commitment::OutputKind::htlc) continue;
        const bool offered = output.htlc->direction == commitment::HtlcDirection::offered;
        (offered ? forecast.offered_htlcs : forecast.received_htlcs) += value;
        forecast.last_expiry = std::max(forecast.last_expiry, output.htlc->cltv_expiry);
    }
    return forecast;
}

} // namespace duplex::lightning::channel
