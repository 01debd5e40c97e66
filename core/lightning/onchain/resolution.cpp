#include "core/lightning/onchain/resolution.h"

#include "core/base/check.h"
#include "core/base/variant.h"
#include "core/lightning/commitment/trimming.h"
#include "core/lightning/onchain/commitment_view.h"

namespace duplex::lightning::onchain {

namespace {

using commitment::CommitmentTx;
using commitment::HtlcDirection;
using commitment::OutputKind;
using commitment::Side;

template <typename Stored>
std::optional<CommitmentTx> built(const ClosedChannelFacts& facts, const std::optional<Stored>& stored) {
    if (!stored) return std::nullopt;
    auto commitment = commitment::buildCommitment(facts.parameters, stored->spec, stored->number,
                                                  stored->per_commitment_point);
    if (!commitment) return std::nullopt;
    return std::move(*commitment);
}

bool paysTo(const Transaction& transaction, const Script& script) {
    return std::ranges::any_of(transaction.outputs,
                               [&](const TxOut& output) { return output.script_pubkey == script; });
}

/// Whether a transaction with the number of a revoked commitment is the peer's: some output has the keys of
/// it.
bool isTheirRevoked(const ClosedChannelFacts& facts, const Transaction& spend, CommitmentNumber number) {
    const auto secret = facts.secrets.secretOf(number);
    const auto point = secret ? keys::pointOf(*secret) : std::nullopt;
    if (!point) return false;
    const ChannelParameters& parameters = facts.parameters;
    const auto keys = keys::commitmentKeys(parameters.remote.keys, parameters.local.keys, *point);
    if (!keys) return false;
    const auto pays = [&](const Script& witness_script) {
        return paysTo(spend, bitcoin::payToWitnessScriptHash(witness_script));
    };
    if (pays(commitment::toRemoteScript(parameters.local.keys.payment_basepoint)) ||
        pays(commitment::toLocalScript(keys->revocation_pubkey, parameters.remote.to_self_delay,
                                       keys->owner_delayed_pubkey)))
        return true;
    return std::ranges::any_of(facts.revoked, [&](const RevokedCommitment& stored) {
        return stored.number == number && std::ranges::any_of(stored.htlcs, [&](const CommitmentHtlc& htlc) {
                   return pays(commitment::htlcScript(*keys, htlc, parameters.format));
               });
    });
}

/// Every HTLC of ours that a valid commitment has, and whether any has an output for it.
struct LiveHtlc {
    CommitmentHtlc htlc;
    bool has_output = false;
};
using LiveHtlcs = std::map<HtlcId, LiveHtlc>;

void addLive(LiveHtlcs& live, const ClosedChannelFacts& facts, const CommitmentSpec& spec) {
    const Satoshi dust_limit = facts.parameters.of(spec.owner).dust_limit;
    for (const CommitmentHtlc& htlc : spec.htlcs) {
        LiveHtlc& entry = live.try_emplace(htlcIdOf(htlc, spec.owner), LiveHtlc{.htlc = htlc}).first->second;
        entry.has_output = entry.has_output ||
                           !commitment::isTrimmed(htlc, spec.feerate, dust_limit, facts.parameters.format);
    }
}

LiveHtlcs liveHtlcs(const ClosedChannelFacts& facts) {
    LiveHtlcs live;
    if (facts.local) addLive(live, facts, facts.local->spec);
    if (facts.remote_current) addLive(live, facts, facts.remote_current->spec);
    if (facts.remote_next) addLive(live, facts, facts.remote_next->spec);
    return live;
}

/// Which commitments name every HTLC that they have: only there "not shown" says something.
bool isFullyKnown(const FundingSpend& spend) {
    return !std::holds_alternative<TheirFutureCommitment>(spend) &&
           !std::holds_alternative<UnknownSpend>(spend);
}

/// BOLT 5: a preimage wins at once; without one an HTLC is failed when its output was taken back 6 blocks
/// ago, when the commitment without it is 6 deep, or when no valid commitment ever had an output for it.
std::optional<HtlcOutcome> outcomeOf(const HtlcId& id, const LiveHtlc& live, const ChainFacts& chain,
                                     const FundingSpend& spend, const OutputFindings& findings,
                                     BlockHeight spent_at) {
    const PaymentHash& hash = live.htlc.payment_hash;
    HtlcOutcome outcome{.htlc = id, .payment_hash = hash, .result = HtlcFailed{}};
    for (const auto* preimages : {&findings.preimages_seen, &chain.known_preimages}) {
        const auto found = preimages->find(hash);
        if (found == preimages->end() || paymentHashOf(found->second) != hash) continue;
        // Ours to receive only once this very one is taken in the chain: parts of one payment share a hash.
        if (id.direction == HtlcDirection::received && !findings.taken.contains(id)) continue;
        outcome.result = HtlcFulfilled{found->second};
        return outcome;
    }
    const auto isDeep = [&](BlockHeight height) {
        return depthOf(height, chain.verified_height) >= irrevocable_depth;
    };
    if (!isFullyKnown(spend)) {
        // The peer may hold an output for it that we cannot see: wait past its expiry.
        const bool expired =
            chain.verified_height.value >= live.htlc.cltv_expiry.value + std::uint64_t{irrevocable_depth};
        if (isDeep(spent_at) && expired) return outcome;
        return std::nullopt;
    }
    if (findings.shown.contains(id)) {
        const auto timed_out = findings.timed_out.find(id);
        if (timed_out != findings.timed_out.end() && isDeep(timed_out->second)) return outcome;
        return std::nullopt;
    }
    if (!live.has_output || isDeep(spent_at)) return outcome;
    return std::nullopt;
}

BumpingFacts bumpingFacts(const ChainFacts& chain) {
    BumpingFacts facts{.fees = chain.fees,
                       .now = chain.tip_height,
                       .payout = chain.payout,
                       .coins = chain.coins,
                       .attempts = chain.attempts,
                       .contested = chain.contested};
    for (const ConfirmedTransaction& confirmed : chain.transactions) {
        for (const bitcoin::TxIn& input : confirmed.transaction.inputs) facts.spent.insert(input.previous);
    }
    return facts;
}

void addClaim(Resolution& resolution, std::expected<Claim, BumpingError> claim) {
    if (claim)
        resolution.claims.push_back(std::move(*claim));
    else if (claim.error() == BumpingError::no_coins)
        resolution.alarms.insert(Alarm::no_coins_for_fee);
    else
        resolution.alarms.insert(Alarm::claim_uneconomic);
}

/// The HTLCs that we can lose: those whose preimage we may show, and those we offered. Of the former, those
/// that the claim still reaches before they expire have that as a hard end. All others are open to both sides
/// whenever the commitment comes in, and haste does not change that: they count until the end of the window
/// in which ours are taken back, which is never past when a close begins.
struct AtStake {
    std::optional<std::uint32_t> until; // the nearest
    Satoshi value;
};
AtStake htlcsAtStake(const CommitmentTx& commitment, const ChainFacts& chain, BlockHeight started) {
    AtStake result;
    for (const std::uint32_t index : commitment.htlcOutputs()) {
        const CommitmentHtlc& htlc = *commitment.outputs[index].htlc;
        const bool ours = htlcIdOf(htlc, commitment.owner).direction == HtlcDirection::offered;
        // One of ours whose preimage we know is paid already, whoever takes its output.
        const auto& decisive = ours ? chain.known_preimages : chain.releasable_preimages;
        if (decisive.contains(htlc.payment_hash) == ours) continue;
        result.value += commitment.transaction.outputs[index].value;
        const std::uint32_t cltv = htlc.cltv_expiry.value;
        constexpr std::uint32_t blocks_to_claim = 2; // the commitment in the next block, the claim after it
        const bool in_time = !ours && cltv >= started.value + blocks_to_claim;
        const std::uint32_t until = in_time ? cltv : std::max(cltv, started.value) + timeout_window;
        result.until = std::min(result.until.value_or(until), until);
    }
    return result;
}

/// When the commitment must be in: 36 blocks before the claims on it must be, or half way to that when it was
/// so near already when the close began. Paying for the lost blocks with everything at stake would not bring
/// them back.
BlockHeight deadlineOf(std::uint32_t until, BlockHeight started) {
    constexpr std::uint32_t margin = 36;
    const std::uint32_t left = until > started.value ? until - started.value : 0;
    return {until - std::min(margin, left / 2)};
}

/// A child on our anchor of an unconfirmed commitment (lightning.md 6). Its haste is worth no more than the
/// HTLCs: our balance can wait, and pays for the slow feerate only.
void addAnchorChild(Resolution& resolution, const CommitmentTx& commitment, const ChainFacts& chain,
                    BumpingFacts& bumping) {
    const OutputKind kind =
        commitment.owner == Side::local ? OutputKind::owner_anchor : OutputKind::other_anchor;
    const auto anchor = std::ranges::find(commitment.outputs, kind, &commitment::CommitmentOutput::kind);
    if (anchor == commitment.outputs.end()) return;
    const auto index = static_cast<std::size_t>(anchor - commitment.outputs.begin());
    ClaimInput input = inputFor(ClaimKind::anchor, commitment.transaction, commitment.transaction.txid(),
                                index, anchor->witness_script, chain.tip_height);
    input.sequence = 0xfffffffd;
    input.number = commitment.number;
    const BlockHeight started = begunAt(bumping.attempts, input.outpoint, chain.tip_height);
    AtStake stake = htlcsAtStake(commitment, chain, started);
    if (commitment.owner == Side::remote && !stake.until) return; // theirs: only if an HTLC needs it
    if (stake.until) input.deadline = deadlineOf(*stake.until, started);
    const OutputKind main = commitment.owner == Side::local ? OutputKind::to_owner : OutputKind::to_other;
    Satoshi balance;
    for (std::size_t i = 0; i < commitment.outputs.size(); ++i) {
        if (commitment.outputs[i].kind == main) balance += commitment.transaction.outputs[i].value;
    }
    const bitcoin::Weight weight =
        commitment::commitmentWeight(commitment.htlcOutputs().size(), commitment::Format::anchors);
    // Half of what is at stake is what a child may cost.
    constexpr std::int64_t child_weight = 1'200; // with two coins of the wallet
    const Satoshi slow = bumping.fees.slow.feeCeil({weight.value + child_weight});
    stake.value = std::max(stake.value, std::min(stake.value + balance, slow + slow));
    auto child =
        buildAnchorChild(input, commitment.transaction, weight, commitment.fee, stake.value, bumping);
    // A parent that pays enough by itself is no reason for an alarm.
    if (child || child.error() == BumpingError::no_coins) addClaim(resolution, std::move(child));
}

void resolveUnspent(Resolution& resolution, const ClosedChannelFacts& facts, const ChainFacts& chain) {
    BumpingFacts bumping = bumpingFacts(chain);
    const auto local = built(facts, facts.local);
    if (facts.local_close == LocalClose::wanted && local) {
        resolution.local_commitment = local->transaction;
        addAnchorChild(resolution, *local, chain, bumping);
    }
    for (const auto& remote : {built(facts, facts.remote_current), built(facts, facts.remote_next)}) {
        if (!remote) continue;
        const bitcoin::Txid txid = remote->transaction.txid();
        const bool seen = std::ranges::any_of(
            chain.unconfirmed, [&](const Transaction& transaction) { return transaction.txid() == txid; });
        if (seen) addAnchorChild(resolution, *remote, chain, bumping);
    }
}

OutputFindings findingsOf(const FundingSpend& spend, const ClosedChannelFacts& facts, const ChainFacts& chain,
                          const SpendIndex& spends, const CommitmentSeen& seen) {
    const auto toRemoteOnly = [&](CommitmentNumber number, Alarm alarm) {
        OutputFindings findings = toRemoteClaims(facts, chain, spends, seen, number);
        findings.alarms.insert(alarm);
        return findings;
    };
    return std::visit(
        overloaded{
            [&](const Unspent&) { return OutputFindings{}; },
            [&](const MutualClose&) { return OutputFindings{.last_height = seen.height}; },
            [&](const OurCommitment&) { return localCommitmentClaims(facts, chain, spends, seen); },
            [&](const TheirCurrentCommitment&) {
                return remoteCommitmentClaims(facts, *facts.remote_current, chain, spends, seen);
            },
            [&](const TheirNextCommitment&) {
                return remoteCommitmentClaims(facts, *facts.remote_next, chain, spends, seen);
            },
            [&](const TheirRevokedCommitment& revoked) {
                return penaltyClaims(facts, chain, spends, seen, revoked.number);
            },
            [&](const TheirFutureCommitment& future) {
                return toRemoteOnly(future.number, Alarm::we_are_stale);
            },
            [&](const UnknownSpend&) { return toRemoteOnly({}, Alarm::unknown_spend); },
        },
        spend);
}

/// A claim for these outputs, due now. Fees may fall: only after long is an output left that is not worth
/// one. An HTLC of ours among them is lost then.
void claimOrGiveUp(Resolution& resolution, OutputFindings& findings, std::vector<ClaimInput> inputs,
                   const ChainFacts& chain, BumpingFacts& bumping) {
    auto claim = buildClaim(inputs, bumping);
    const bool uneconomic = !claim && claim.error() == BumpingError::uneconomic;
    const auto waited = [&](const ClaimInput& input) {
        return std::uint64_t{input.claimable_since.value} + give_up_after_blocks <=
               chain.verified_height.value;
    };
    if (!uneconomic || !std::ranges::all_of(inputs, waited)) {
        findings.open = true;
        return addClaim(resolution, std::move(claim));
    }
    resolution.alarms.insert(Alarm::output_given_up);
    for (const ClaimInput& input : inputs)
        if (input.htlc && input.htlc->direction == HtlcDirection::offered)
            findings.timed_out.try_emplace(*input.htlc, input.claimable_since.value + give_up_after_blocks);
}

} // namespace

std::string_view textOf(Alarm alarm) {
    switch (alarm) {
    case Alarm::peer_cheated:
        return "the peer published a revoked commitment";
    case Alarm::we_are_stale:
        return "the peer published a commitment that this wallet does not know";
    case Alarm::unknown_spend:
        return "an unknown transaction spent the channel: key compromised or bug";
    case Alarm::no_coins_for_fee:
        return "no confirmed coin to pay the fee of a claim";
    case Alarm::htlc_signature_lost:
        return "the peer's signature for an HTLC output is missing";
    case Alarm::claim_uneconomic:
        return "an output costs more than it brings at present fees";
    case Alarm::output_given_up:
        return "an output was not worth its fee for two weeks and is left";
    }
    return "";
}

FundingSpend classify(const ClosedChannelFacts& facts, const Transaction& spend) {
    const bitcoin::Txid txid = spend.txid();
    if (std::ranges::find(facts.mutual_closes, txid) != facts.mutual_closes.end()) return MutualClose{};
    const auto is = [&](const std::optional<CommitmentTx>& commitment) {
        return commitment && commitment->transaction.txid() == txid;
    };
    if (is(built(facts, facts.local))) return OurCommitment{};
    if (is(built(facts, facts.remote_current))) return TheirCurrentCommitment{};
    if (is(built(facts, facts.remote_next))) return TheirNextCommitment{};
    const auto number = commitment::commitmentNumberOf(facts.parameters, spend);
    if (!number) return UnknownSpend{};
    if (isTheirRevoked(facts, spend, *number)) return TheirRevokedCommitment{*number};
    const auto& latest = facts.remote_next ? facts.remote_next : facts.remote_current;
    const bool unknown_number = !latest || *number > latest->number;
    const Script to_remote = commitment::toRemoteOutputScript(facts.parameters.local.keys.payment_basepoint,
                                                              facts.parameters.format);
    if (unknown_number && paysTo(spend, to_remote)) return TheirFutureCommitment{*number};
    return UnknownSpend{};
}

Resolution resolve(const ClosedChannelFacts& facts, const ChainFacts& chain) {
    Resolution resolution;
    resolution.watch.push_back(
        {.outpoint = facts.parameters.funding, .script = commitment::fundingOutputScript(facts.parameters)});
    const SpendIndex spends(chain);
    const auto funding_spend = spends.of(facts.parameters.funding);
    if (!funding_spend) {
        resolveUnspent(resolution, facts, chain);
        return resolution;
    }
    const CommitmentSeen seen{.transaction = funding_spend->by->transaction,
                              .height = funding_spend->by->height};
    resolution.funding_spend = classify(facts, seen.transaction);
    resolution.spent_at = seen.height;
    OutputFindings findings = findingsOf(resolution.funding_spend, facts, chain, spends, seen);
    BumpingFacts bumping = bumpingFacts(chain);
    for (auto& group : grouped(std::move(findings.due), chain.tip_height))
        claimOrGiveUp(resolution, findings, std::move(group), chain, bumping);
    bool undecided = false;
    for (const auto& [id, live] : liveHtlcs(facts)) {
        auto outcome = outcomeOf(id, live, chain, resolution.funding_spend, findings, seen.height);
        if (outcome)
            resolution.outcomes.push_back(std::move(*outcome));
        else if (id.direction == HtlcDirection::offered)
            undecided = true;
    }
    resolution.alarms.insert(findings.alarms.begin(), findings.alarms.end());
    resolution.watch.insert(resolution.watch.end(), findings.watch.begin(), findings.watch.end());
    resolution.preimages_seen = std::move(findings.preimages_seen);
    for (const auto& [id, height] : findings.timed_out) resolution.taken_back.insert(id);
    resolution.second_stage = std::move(findings.second_stage);
    resolution.all_resolved = !findings.open;
    resolution.irrevocable = !findings.open && !undecided &&
                             depthOf(findings.last_height, chain.verified_height) >= irrevocable_depth;
    resolution.last_height = findings.last_height;
    return resolution;
}

std::expected<Transaction, keys::SignerRefusal> signLocalClose(const ClosedChannelFacts& facts,
                                                               const keys::ChannelSigner& signer,
                                                               const keys::SignerCounters& counters) {
    const auto commitment = built(facts, facts.local);
    if (!commitment || facts.local_close != LocalClose::wanted)
        return std::unexpected(keys::SignerRefusal::commitment_not_stored);
    const Script funding = commitment::fundingScript(facts.parameters.local.keys.funding_pubkey,
                                                     facts.parameters.remote.keys.funding_pubkey);
    const auto signature = signer.signLocalCommitment(
        facts.local->number, commitment::fundingSpend(*commitment, funding, facts.parameters.capacity),
        counters);
    if (!signature) return std::unexpected(signature.error());
    return commitment::withFundingSignatures(facts.parameters, commitment->transaction, *signature,
                                             facts.local->remote_signature);
}

} // namespace duplex::lightning::onchain
