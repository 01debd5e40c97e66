// Channels and the chain: what stands in it is told to the machines, and what a close left there is claimed.

#include "core/base/variant.h"
#include "core/bitcoin/script/interpreter.h"
#include "core/bitcoin/script/preflight.h"
#include "core/bitcoin/script/standard_weight.h"
#include "core/bitcoin/wallet/coin_selection.h"
#include "core/bitcoin/wallet/signer.h"
#include "core/family/bitcoin/channel_parts.h"
#include "core/io/entropy.h"
#include "core/lightning/commitment/scripts.h"
#include "core/lightning/onchain/rivals.h"

#include <fmt/core.h>

namespace duplex::family::bitcoin {

namespace {

constexpr std::size_t most_relayed = 8; // kept of what anybody may send
constexpr int most_rounds_a_block = 8;  // an output, its spend, and the spends of that one: three would do

constexpr std::string_view claim_prefix = "claim ";
constexpr std::size_t old_digits = 16;

std::string claimOwner(const LiveChannel& live) {
    return std::string(claim_prefix) + live.value.id.hex();
}

ln::commitment::HtlcDirection offered() {
    return ln::commitment::HtlcDirection::offered;
}

/// An HTLC of the partner that we fulfilled and that the commitment in the chain holds no more: its amount is
/// in our balance there, and no preimage will be seen.
bool isInOurBalance(const channel::Channel& value, const channel::Htlc* htlc, const onchain::HtlcId& id,
                    const onchain::FundingSpend& spend) {
    if (htlc == nullptr || id.direction == offered() || !htlc->removal ||
        !std::holds_alternative<channel::Fulfilled>(htlc->removal->kind))
        return false;
    const auto confirmed = channel::confirmedSpec(value, spend);
    return confirmed && !channel::holds(*confirmed, id);
}

} // namespace

// --- blocks ---

void ChannelDriver::blockConnected(duplex::bitcoin::BlockHeight at, const duplex::bitcoin::Block* block) {
    Parts& parts = *m_parts;
    parts.height = std::max(parts.height, at.value);
    for (auto& [id, live] : parts.channels) live.rivals.clear();
    if (block == nullptr) return;
    parts.searching = at.value;
    for (int round = 0; round < most_rounds_a_block; ++round) {
        if (parts.watch.connect(at.value, *block).empty()) break;
        if (!hasBegun()) continue; // the rows wait for the keys
        // Its spend may bring new outputs to watch, and their spends may stand in this very block.
        parts.tellChainAll();
    }
    parts.searching.reset();
}

void ChannelDriver::blockDisconnected(duplex::bitcoin::BlockHeight at) {
    Parts& parts = *m_parts;
    parts.height = std::min(parts.height, at.value == 0 ? 0 : at.value - 1);
    parts.watch.disconnect(at.value);
    if (!hasBegun()) return;
    // Whatever was final at this depth is told again, if it is so again.
    for (auto& [id, live] : parts.channels) live.told_failed.clear();
    parts.tellChainAll();
}

void ChannelDriver::completeTo(duplex::bitcoin::BlockHeight at) {
    Parts& parts = *m_parts;
    parts.height = std::max(parts.height, at.value);
    if (hasBegun()) parts.tellChainAll();
}

void ChannelDriver::relayed(const Transaction& transaction) {
    // No node relays a heavier one: made for us alone, to keep us busy.
    if (!hasBegun() || transaction.weight() > duplex::bitcoin::script::heaviest_standard) return;
    for (auto& [id, live] : m_parts->channels) {
        if (!std::holds_alternative<channel::Closing>(live.value.phase)) continue;
        const std::set<OutPoint> contested = m_parts->noteRival(live, transaction);
        if (m_parts->noteCommitment(live, transaction) || !contested.empty())
            m_parts->resolve(live, contested); // one step up for each rival
    }
}

/// True for a commitment of the partner that we know: whoever relays it, only its own bytes count.
bool ChannelDriver::Parts::noteCommitment(LiveChannel& live, const Transaction& transaction) const {
    const OutPoint funding = live.value.terms.parameters.funding;
    if (watch.spend(funding) != nullptr || live.relayed_commitments.size() >= most_relayed) return false;
    if (std::ranges::none_of(transaction.inputs, [&](const auto& in) { return in.previous == funding; }))
        return false;
    const auto known = onchain::classify(
        channel::closedChannelFacts(live.value, *live.signer, archiveOf(live), transaction), transaction);
    if (!std::holds_alternative<onchain::TheirCurrentCommitment>(known) &&
        !std::holds_alternative<onchain::TheirNextCommitment>(known))
        return false;
    if (std::ranges::find(live.relayed_commitments, transaction) != live.relayed_commitments.end())
        return false;
    live.relayed_commitments.push_back(transaction);
    return true;
}

/// What a transaction spends of that which claims of ours spend, with a valid witness (lightning.md 10).
std::set<OutPoint> ChannelDriver::Parts::noteRival(LiveChannel& live, const Transaction& transaction) const {
    if (!live.resolution || live.rivals.size() >= most_relayed) return {};
    const auto txid = transaction.txid();
    if (live.announced.contains(txid) || live.rivals.contains(txid)) return {};
    const auto contests = onchain::contestsOf(transaction, live.resolution->claims,
                                              live.facts.payout.value_or(duplex::bitcoin::Script{}));
    if (contests.empty()) return {};
    // Version 0 witnesses commit to their own input's value alone: the others need not be known.
    std::vector<duplex::bitcoin::TxOut> spent(transaction.inputs.size());
    for (const onchain::Contest& contest : contests) spent[contest.input] = contest.spent;
    std::set<OutPoint> contested;
    for (const onchain::Contest& contest : contests)
        if (duplex::bitcoin::script::verifyScript(transaction, contest.input, spent,
                                                  duplex::bitcoin::script::standard_flags))
            contested.insert(contest.outpoint);
    if (!contested.empty()) live.rivals.insert(txid);
    return contested;
}

void ChannelDriver::Parts::tellChainAll() {
    std::vector<ln::ChannelId> ids; // an event may end a channel
    for (const auto& [id, live] : channels) ids.push_back(id);
    for (const ln::ChannelId& id : ids) tellChain(id);
}

std::vector<duplex::bitcoin::Script> ChannelDriver::watchedScripts() const {
    return m_parts->watch.scripts();
}
std::vector<light::WatchedOutPoint> ChannelDriver::watchedOutpoints() const {
    return m_parts->watch.outpoints();
}

/// The machine's view of its funding output is made equal to the chain's. Repeating it is harmless.
void ChannelDriver::Parts::tellChain(const ln::ChannelId& id) {
    const LiveChannel* live = find(id);
    if (live == nullptr || !channel::isEstablished(live->value)) return;
    const OutPoint funding = live->value.terms.parameters.funding;
    const bool was_confirmed = live->value.funding_height != 0;
    const auto* closing = std::get_if<channel::Closing>(&live->value.phase);
    const std::optional<channel::FundingSpend> told = closing ? closing->spend : std::nullopt;
    if (const SeenOutput* seen = watch.seen(funding)) {
        post(id, channel::FundingConfirmed{
                     .outpoint = funding,
                     .output = seen->output,
                     .height = seen->height,
                     .depth = height >= seen->height ? height - seen->height + 1 : 0,
                     .scid = ln::ShortChannelId::of(seen->height, seen->position,
                                                    static_cast<std::uint16_t>(funding.index)),
                     .coinbase = seen->coinbase});
    } else if (was_confirmed) {
        post(id, channel::FundingUnconfirmed{});
    }
    if (const SeenSpend* spend = watch.spend(funding)) {
        const channel::FundingSpend seen{.transaction = spend->transaction, .height = spend->height};
        if (told != seen)
            post(id, channel::FundingSpent{.transaction = seen.transaction, .height = seen.height});
    } else if (told) {
        post(id, channel::FundingUnspent{});
    }
    post(id, channel::BlockHeight{});
    live = find(id);
    if (live == nullptr) return;
    if (std::holds_alternative<channel::Closing>(live->value.phase)) resolve(*find(id));
    adjustFeerate(*live);
}

/// A close or a claim whose fee follows what blocks take: nobody stands at a page that would ask for it.
bool ChannelDriver::Parts::paysCloses() const {
    return std::ranges::any_of(channels, [](const auto& entry) {
        const LiveChannel& live = entry.second;
        const channel::Phase& phase = live.value.phase;
        const bool settled = live.resolution && live.resolution->irrevocable;
        return std::holds_alternative<channel::ShuttingDown>(phase) ||
               std::holds_alternative<channel::Negotiating>(phase) ||
               (std::holds_alternative<channel::Closing>(phase) && !settled);
    });
}

/// Once for each tip; the light client has nobody to ask before it has the headers.
void ChannelDriver::Parts::askForFees() {
    const light::SyncStage stage = shell.client.sync().stage();
    if (stage == light::SyncStage::no_peers || stage == light::SyncStage::headers) return;
    fees_due = false;
    shell.client.wantFees();
}

/// The funder keeps the feerate near what peers accept (anchors: enough to enter mempools).
void ChannelDriver::Parts::adjustFeerate(const LiveChannel& live) {
    const auto* normal = std::get_if<channel::Normal>(&live.value.phase);
    if (normal == nullptr || !live.value.isFunder() || live.value.link != channel::Link::online) return;
    if (!live.value.commitments.fee_updates.empty()) return; // one is on its way
    const auto wanted = contextOf(live).feerates.commitment;
    const auto present = live.value.commitments.feerate;
    if (wanted.value * 4 > present.value * 5 || wanted.value * 2 < present.value)
        post(live.value.id, channel::UpdateFee{.request = {}, .feerate = wanted});
}

// --- after a close ---

/// Older programs named the holder of a claim's coins by the first 8 bytes of the channel's id: channels of
/// one funding transaction differ in the last two only, and freed each other's coins.
void ChannelDriver::Parts::renameClaimReservations() {
    std::set<std::string> old;
    for (const auto& [outpoint, coin] : shell.wallet.value.coins().coins())
        if (coin.reserved_by.starts_with(claim_prefix) &&
            coin.reserved_by.size() == claim_prefix.size() + old_digits)
            old.insert(coin.reserved_by);
    if (old.empty()) return;
    wallet::WalletChange change;
    for (const auto& [id, live] : channels)
        for (const onchain::ClaimAttempt& attempt : live.attempts)
            for (const OutPoint& coin : attempt.wallet_inputs)
                shell.wallet.value.pass(coin, std::string(claim_prefix) + id.hex().substr(0, old_digits),
                                        claimOwner(live), change);
    for (const std::string& owner : old) shell.wallet.value.release(owner, change);
    shell.keep(change);
}

std::vector<onchain::WalletCoin> ChannelDriver::Parts::feeCoins(const LiveChannel& live) const {
    std::vector<onchain::WalletCoin> coins;
    const std::string owner = claimOwner(live);
    for (const auto& [outpoint, coin] : shell.wallet.value.coins().coins()) {
        // Confirmed ones only: an unconfirmed parent would pin the claim (threats 56).
        if (!wallet::isOpenTo(coin, owner) || !coin.height ||
            !wallet::isMature(coin, shell.wallet.value.tip()))
            continue;
        const auto whole = wallet::inputWeight(coin.output.script_pubkey);
        coins.push_back(
            {.outpoint = outpoint, .spent = coin.output, .witness_weight = {whole.value - 4 * 41}});
    }
    return coins;
}

onchain::ChainFacts ChannelDriver::Parts::chainFactsOf(const LiveChannel& live) const {
    onchain::ChainFacts facts{.verified_height = {height}, .tip_height = tip()};
    // The spend of the funding output, what spends its outputs, and so on.
    std::vector<OutPoint> outputs{live.value.terms.parameters.funding};
    std::set<duplex::bitcoin::Txid> taken;
    for (std::size_t at = 0; at < outputs.size(); ++at) {
        const SeenSpend* spend = watch.spend(outputs[at]);
        if (spend == nullptr) continue;
        const auto txid = spend->transaction.txid();
        if (!taken.insert(txid).second) continue;
        facts.transactions.push_back({spend->transaction, {spend->height}});
        for (std::uint32_t i = 0; i < spend->transaction.outputs.size(); ++i) outputs.push_back({txid, i});
    }
    for (const channel::Htlc& htlc : live.value.commitments.htlcs) {
        if (htlc.offered_by != ln::commitment::Side::remote) continue;
        if (const auto preimage = hooks.releasable(live.value.id, htlc.id))
            facts.releasable_preimages[htlc.payment_hash] = *preimage;
    }
    facts.known_preimages = channel::knownPreimages(live.value).offered;
    const channel::Context context = contextOf(live);
    facts.fees.floor = context.feerates.closing_lowest;
    facts.fees.slow = context.feerates.six_block;
    facts.fees.fast = {context.feerates.six_block.value * 2};
    facts.payout = live.facts.payout.value_or(duplex::bitcoin::Script{});
    facts.coins = feeCoins(live);
    facts.attempts = live.attempts;
    facts.unconfirmed = live.relayed_commitments;
    return facts;
}

/// The first height that must be searched for a spend of this output. A close that was found before the first
/// unlock is looked at only after it: what spent its outputs meanwhile stands below the present height.
std::uint32_t ChannelDriver::Parts::birthOf(const OutPoint& outpoint,
                                            const onchain::ChainFacts& chain) const {
    for (const onchain::ConfirmedTransaction& confirmed : chain.transactions)
        if (confirmed.transaction.txid() == outpoint.txid)
            return confirmed.height.value == searching
                       ? confirmed.height.value + 1 // in the rounds of this block
                       : confirmed.height.value;
    return height + 1;
}

void ChannelDriver::Parts::resolve(LiveChannel& live, const std::set<OutPoint>& contested) {
    if (!live.signer) return;
    takePayout(live);
    const SeenSpend* spend = watch.spend(live.value.terms.parameters.funding);
    const auto facts = channel::closedChannelFacts(live.value, *live.signer, archiveOf(live),
                                                   spend ? std::optional(spend->transaction) : std::nullopt);
    onchain::ChainFacts chain = chainFactsOf(live);
    chain.contested = contested;
    onchain::Resolution resolution = onchain::resolve(facts, chain);
    for (const onchain::WatchedOutput& output : resolution.watch)
        if (!watch.watches(output.outpoint))
            watch.watch({output.outpoint, output.script, birthOf(output.outpoint, chain)});
    const std::set<onchain::Alarm> known =
        live.resolution ? live.resolution->alarms : std::set<onchain::Alarm>{};
    for (const onchain::Alarm alarm : resolution.alarms) {
        if (known.contains(alarm)) continue;
        note(live, std::string(onchain::textOf(alarm)));
        shell.outlet.log(fmt::format("channel {}: {}", live.value.id.hex(), onchain::textOf(alarm)));
    }
    live.resolution = resolution;
    tellOutcomes(live, resolution);
    broadcastClaims(live, facts, resolution);
    const bool archive = resolution.irrevocable && resolution.last_height &&
                         height >= resolution.last_height->value + onchain::archive_after_blocks;
    if (archive) post(live.value.id, channel::ChannelResolved{});
    if (live.facts_changed) store(live, channel::Persist::no);
    shell.changed();
}

void ChannelDriver::Parts::tellOutcomes(LiveChannel& live, const onchain::Resolution& resolution) {
    const ln::ChannelId id = live.value.id;
    // R4: a preimage in any witness is with the payments, in this turn's commit, before anything follows from
    // it.
    for (const auto& [hash, preimage] : resolution.preimages_seen)
        for (const channel::Htlc& htlc : live.value.commitments.htlcs)
            if (htlc.offered_by == ln::commitment::Side::local && htlc.payment_hash == hash)
                hooks.fulfilled(htlc.origin, preimage);
    for (const onchain::HtlcOutcome& outcome : resolution.outcomes) {
        const bool ours = outcome.htlc.direction == offered();
        const auto side = ours ? ln::commitment::Side::local : ln::commitment::Side::remote;
        const channel::Htlc* htlc = channel::findHtlc(live.value.commitments, side, outcome.htlc.id);
        const auto* fulfilled = std::get_if<onchain::HtlcFulfilled>(&outcome.result);
        const bool settled =
            fulfilled != nullptr || isInOurBalance(live.value, htlc, outcome.htlc, resolution.funding_spend);
        if (!(settled ? live.told_done : live.told_failed).insert(outcome.htlc).second) continue;
        if (ours && htlc != nullptr) {
            if (fulfilled != nullptr)
                hooks.fulfilled(htlc->origin, fulfilled->preimage);
            else
                hooks.failed(htlc->origin, channel::HtlcFailed{.origin = htlc->origin,
                                                               .id = htlc->id,
                                                               .cause = channel::NotCommitted{}});
        }
        if (!ours)
            hooks.resolved(id, channel::IncomingHtlcResolved{.id = outcome.htlc.id,
                                                             .payment_hash = outcome.payment_hash,
                                                             .fulfilled = settled});
    }
}

/// Our signatures, the wallet's, and the check of everything before it may leave.
std::optional<Transaction> ChannelDriver::Parts::completed(const LiveChannel& live,
                                                           const onchain::Claim& claim) const {
    const auto refuse = [&](std::string_view why) {
        shell.outlet.log(fmt::format("channel {}: a claim does not leave: {}", live.value.id.hex(), why));
        return std::nullopt;
    };
    auto transaction = onchain::signClaim(claim, *live.signer, live.value.commitments.counters);
    if (!transaction) return refuse(ln::keys::textOf(transaction.error()));
    std::vector<duplex::bitcoin::TxOut> spent;
    for (const auto& input : claim.inputs) spent.push_back(input.spent);
    for (const auto& coin : claim.wallet_inputs) spent.push_back(coin.spent);
    for (std::size_t i = 0; i < claim.wallet_inputs.size(); ++i) {
        const std::size_t input = claim.inputs.size() + i;
        const auto place = shell.wallet.value.keys().placeOf(claim.wallet_inputs[i].spent.script_pubkey);
        const auto key = place ? wallet::signingKey(*master, *place, shell.network) : std::nullopt;
        if (!key) return refuse("a coin for its fee is not ours");
        auto witness = wallet::witnessFor(*transaction, input, spent, *key, io::randomBytes<32>());
        if (!witness) return refuse(wallet::textOf(witness.error()));
        transaction->inputs[input].witness = std::move(*witness);
    }
    if (const auto checked = duplex::bitcoin::script::preflight(*transaction, spent); !checked)
        return refuse(duplex::bitcoin::script::rejectReasonOf(checked.error()));
    return *transaction;
}

void ChannelDriver::Parts::broadcastClaims(LiveChannel& live, const onchain::ClosedChannelFacts& facts,
                                           const onchain::Resolution& resolution) {
    std::optional<Transaction> commitment;
    if (resolution.local_commitment) {
        const auto signed_close =
            onchain::signLocalClose(facts, *live.signer, live.value.commitments.counters);
        if (signed_close) commitment = *signed_close;
    }
    std::map<duplex::bitcoin::Txid, std::set<OutPoint>> current;
    std::vector<onchain::ClaimAttempt> attempts;
    wallet::WalletChange change;
    for (const onchain::Claim& claim : resolution.claims) {
        const auto transaction = completed(live, claim);
        if (!transaction) continue;
        const auto txid = transaction->txid();
        attempts.push_back(onchain::attemptOf(claim, tip()));
        std::set<OutPoint> inputs;
        for (const auto& input : transaction->inputs) inputs.insert(input.previous);
        for (const auto& coin : claim.wallet_inputs)
            shell.wallet.value.reserve(coin.outpoint, claimOwner(live), change);
        if (!live.announced.contains(txid))
            note(live, fmt::format("Claim of {} output{}: {}", claim.inputs.size(),
                                   claim.inputs.size() == 1 ? "" : "s", txid.reversedHex()));
        current[txid] = std::move(inputs);
        std::vector<Transaction> parents;
        if (claim.parent && commitment && commitment->txid() == claim.parent->txid())
            parents.push_back(*commitment);
        shell.turn().after([this, transaction = *transaction, parents = std::move(parents)]() mutable {
            shell.client.announce(transaction, std::move(parents));
        });
    }
    if (commitment) {
        const auto txid = commitment->txid();
        current[txid] = {live.value.terms.parameters.funding};
        shell.turn().after([this, commitment = *commitment] { shell.client.announce(commitment); });
    }
    for (const auto& [txid, inputs] : live.announced)
        if (!current.contains(txid)) shell.turn().after([this, txid = txid] { shell.client.withdraw(txid); });
    if (resolution.claims.empty()) shell.wallet.value.release(claimOwner(live), change);
    if (!change.empty()) shell.keep(change);
    live.announced = std::move(current);
    // A claim that is not due now (its inputs wait, or a coin is missing) keeps the level that it reached.
    for (const onchain::ClaimAttempt& old : live.attempts) {
        const bool replaced = std::ranges::any_of(attempts, [&](const onchain::ClaimAttempt& fresh) {
            return std::ranges::any_of(fresh.inputs, [&](const OutPoint& input) {
                return std::ranges::find(old.inputs, input) != old.inputs.end();
            });
        });
        const bool spent = std::ranges::all_of(
            old.inputs, [&](const OutPoint& input) { return watch.spend(input) != nullptr; });
        if (!replaced && !spent) attempts.push_back(old);
    }
    if (attempts != live.attempts) {
        live.attempts = std::move(attempts);
        live.facts_changed = true;
    }
}

} // namespace duplex::family::bitcoin
