#include "core/lightning/channel/phases/phases.h"
#include "core/lightning/commitment/closing_tx.h"
#include "core/lightning/commitment/scripts.h"

#include <algorithm>

namespace duplex::lightning::channel {

using bitcoin::Satoshi;
using commitment::ClosingTerms;

namespace {

/// Each output is judged by its owner's limit: the only form that LND checks.
ClosingTerms closingTerms(const Channel& channel, const Negotiating& phase, Satoshi fee) {
    return {.to_local = channel.commitments.local_balance,
            .to_remote = channel.commitments.remote_balance,
            .local_script = phase.local_script,
            .remote_script = phase.remote_script,
            .fee = fee,
            .local_dust_limit = channel.terms.parameters.local.dust_limit,
            .remote_dust_limit = channel.terms.parameters.remote.dust_limit};
}

/// What we sign: as funder from relay level to twice our proposal; else anything above relay level, since the
/// peer pays.
wire::FeeRange ourRange(const Turn& turn, const Negotiating& phase) {
    const bitcoin::Weight weight = commitment::closingWeight(closingTerms(turn.next, phase, Satoshi{}));
    const Satoshi lowest = turn.context.feerates.closing_lowest.feeCeil(weight);
    const Channel& channel = turn.next;
    const MilliSatoshi payer =
        channel.isFunder() ? channel.commitments.local_balance : channel.commitments.remote_balance;
    const Satoshi ideal = std::max(lowest, turn.context.feerates.closing.feeCeil(weight));
    const Satoshi highest = channel.isFunder() ? Satoshi{ideal.value * 2} : channel.terms.parameters.capacity;
    const Satoshi able = payer.satoshiFloor();
    return {.min_fee_satoshis = std::min(lowest, able), .max_fee_satoshis = std::min(highest, able)};
}

Satoshi idealFee(const Turn& turn, const Negotiating& phase) {
    const bitcoin::Weight weight = commitment::closingWeight(closingTerms(turn.next, phase, Satoshi{}));
    const wire::FeeRange range = ourRange(turn, phase);
    return std::clamp(turn.context.feerates.closing.feeCeil(weight), range.min_fee_satoshis,
                      range.max_fee_satoshis);
}

Result<crypto::Signature> signClosing(const Turn& turn, const bitcoin::Transaction& closing) {
    const commitment::ChannelParameters& parameters = turn.next.terms.parameters;
    const bitcoin::Script script = commitment::fundingScript(parameters.local.keys.funding_pubkey,
                                                             parameters.remote.keys.funding_pubkey);
    const auto signature =
        turn.context.signer.signClosing(commitment::closingSpend(closing, script, parameters.capacity));
    if (!signature) return std::unexpected(SignerRefused{});
    return *signature;
}

void remember(Channel& channel, const bitcoin::Transaction& closing) {
    if (std::ranges::find(channel.signed_closings, closing) == channel.signed_closings.end())
        channel.signed_closings.push_back(closing);
}

Step offer(Turn& turn, Negotiating phase, Satoshi fee) {
    const auto closing =
        commitment::buildClosing(turn.next.terms.parameters, closingTerms(turn.next, phase, fee));
    const wire::FeeRange range = ourRange(turn, phase);
    if (!closing)
        return std::unexpected(ClosingFeeOutOfRange{
            .lowest = range.min_fee_satoshis, .highest = range.max_fee_satoshis, .fee = fee});
    const auto signature = signClosing(turn, *closing);
    if (!signature) return std::unexpected(signature.error());
    remember(turn.next, *closing);
    phase.local_fee = fee;
    phase.rounds += 1;
    turn.next.phase = std::move(phase);
    turn.store();
    turn.send(wire::ClosingSigned{
        .channel_id = turn.next.id, .fee_satoshis = fee, .signature = *signature, .fee_range = range});
    return done();
}

Step agree(Turn& turn, const wire::ClosingSigned& message, const bitcoin::Transaction& closing,
           wire::FeeRange range, bool echo) {
    const auto signature = signClosing(turn, closing);
    if (!signature) return std::unexpected(signature.error());
    remember(turn.next, closing);
    const bitcoin::Transaction complete =
        commitment::withFundingSignatures(turn.next.terms.parameters, closing, *signature, message.signature);
    if (echo)
        turn.send(wire::ClosingSigned{.channel_id = turn.next.id,
                                      .fee_satoshis = message.fee_satoshis,
                                      .signature = *signature,
                                      .fee_range = range});
    turn.next.phase = Closing{.kind = CloseKind::mutual, .transaction = complete};
    turn.act(PublishTransaction{.what = PublishTransaction::What::mutual_close, .transaction = complete});
    turn.act(ResolveOnChain{});
    turn.act(StoreBackup{});
    turn.act(BalanceChanged{});
    turn.store();
    return done();
}

} // namespace

Step tryNegotiate(Turn& turn) {
    const auto* phase = std::get_if<ShuttingDown>(&turn.next.phase);
    if (!phase || !phase->local_script || !phase->remote_script || !isQuiet(turn.next.commitments))
        return done();
    Negotiating next{.local_script = *phase->local_script, .remote_script = *phase->remote_script};
    turn.store();
    if (turn.next.isFunder()) return offer(turn, next, idealFee(turn, next));
    turn.next.phase = std::move(next);
    return done();
}

Step receive(const Negotiating& phase, const wire::ClosingSigned& message, Turn& turn) {
    const Satoshi fee = message.fee_satoshis;
    const wire::FeeRange range = ourRange(turn, phase);
    const ClosingFeeOutOfRange refused{
        .lowest = range.min_fee_satoshis, .highest = range.max_fee_satoshis, .fee = fee};
    const auto closing = commitment::closingSignedBy(turn.next.terms.parameters,
                                                     closingTerms(turn.next, phase, fee), message.signature);
    if (!closing) return std::unexpected(InvalidClosingSignature{.fee = fee});
    const bool ours = phase.local_fee == fee;
    if (ours || (fee >= range.min_fee_satoshis && fee <= range.max_fee_satoshis))
        return agree(turn, message, *closing, range, !ours);
    if (phase.rounds >= turn.context.policy.closing_rounds)
        return std::unexpected(ClosingNotAgreed{.rounds = phase.rounds});

    Negotiating next = phase;
    next.remote_fee = fee;
    if (message.fee_range) {
        const Satoshi lowest = std::max(range.min_fee_satoshis, message.fee_range->min_fee_satoshis);
        const Satoshi highest = std::min(range.max_fee_satoshis, message.fee_range->max_fee_satoshis);
        // BOLT 2: no overlap is a warning; the funder's peer must stay in the overlap.
        if (lowest > highest || turn.next.isFunder()) return std::unexpected(refused);
        return offer(turn, next, std::clamp(fee, lowest, highest));
    }
    const Satoshi last = phase.local_fee.value_or(fee < range.min_fee_satoshis ? range.min_fee_satoshis
                                                                               : range.max_fee_satoshis);
    if (!phase.local_fee) return offer(turn, next, last);
    // Strictly between our last offer and theirs. Where our range ends, our last offer stands: LND comes a
    // tenth nearer in each round, and takes what is within 30 % of its own.
    const Satoshi middle{(last.value + fee.value) / 2};
    return offer(turn, next, std::clamp(middle, range.min_fee_satoshis, range.max_fee_satoshis));
}

} // namespace duplex::lightning::channel
