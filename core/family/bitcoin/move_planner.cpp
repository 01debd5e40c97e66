#include "core/family/bitcoin/move_planner.h"

#include "core/lightning/commitment/closing_tx.h"

namespace duplex::family::bitcoin {

namespace {

using duplex::bitcoin::Satoshi;
using ledger::MoveQuote;

constexpr std::string_view opening_part = "opening transaction";
constexpr std::string_view closing_part = "closing transaction";

/// Digits in groups of three, as everywhere in texts for people.
std::string grouped(std::int64_t value) {
    std::string text = std::to_string(value);
    for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string sat(Satoshi amount) {
    return grouped(amount.value) + " sat";
}

void addPart(ledger::FeeQuote& fee, std::string name, Satoshi amount) {
    if (amount.value <= 0) return;
    fee.total_sat += amount.value;
    fee.parts.push_back({std::move(name), amount.value});
}

/// Why nothing can move at all at this moment; empty when it can.
std::string whyNotNow(const MoveMoment& moment) {
    if (!moment.has_keys) return "The wallet is locked. Unlock it first.";
    if (moment.stale)
        return "The chain looks stale: no new blocks arrive as they should. Check your connection.";
    if (!moment.synced) return "Duplex is still catching up with the chain. Wait until it is synced.";
    if (!moment.feerate) return "Too few full blocks were seen for a price. Wait for more blocks.";
    return {};
}

std::string whyNotOpen(const OpenFacts& facts, const MoveMoment& moment) {
    if (const std::string why = whyNotNow(moment); !why.empty()) return why;
    if (!moment.unlocked) return "The wallet is locked. Unlock it first.";
    if (moment.few_sources)
        return "Too few independent Bitcoin peers are connected to open a channel safely. Wait for more, or "
               "add one.";
    if (!facts.bad_peer.empty()) return facts.bad_peer;
    if (facts.peer_id.empty())
        return "No Lightning node is connected. Connect to one first, or name it as id@host:port.";
    if (!facts.reachable)
        return "No address of this Lightning node is known. Name it as id@host:port, or connect to it first.";
    if (moment.frozen_by_move) return "A move with this partner is being agreed already. Wait for it.";
    if (facts.amount < facts.policy.smallest_channel)
        return "A channel holds at least " + sat(facts.policy.smallest_channel) +
               ": below, the fees of closing would eat it.";
    if (facts.amount > facts.policy.largest_channel)
        return "A channel holds at most " + sat(facts.policy.largest_channel) + ". Move less at once.";
    const Satoshi needed = facts.amount + facts.reserve_needed + facts.opening_fee.value_or(Satoshi{0});
    if (!facts.opening_fee || facts.confirmed < needed)
        return "Not enough confirmed coins: this needs " + sat(needed) + ", of which " +
               sat(facts.reserve_needed) +
               " stay with you, held back for the fees of closing channels. There "
               "are " +
               sat(facts.confirmed) + ".";
    return {};
}

std::string whyNotClose(const CloseFacts& facts, const MoveMoment& moment) {
    if (const std::string why = whyNotNow(moment); !why.empty()) return why;
    if (!facts.any) return "There is no channel to close: nothing of yours is on Lightning.";
    if (!facts.established) return "This channel is not open, or is being closed already.";
    if (moment.frozen_by_move) return "A move of this channel runs already.";
    if (facts.wanted > facts.balance) return "This channel holds only " + sat(facts.balance) + " of yours.";
    if (facts.route == MoveRoute::close && !facts.connected)
        return "The partner is not connected, and closing together needs both. Wait for the partner, or "
               "close "
               "alone.";
    return {};
}

void priceClose(MoveQuote& quote, const CloseFacts& facts, const MoveMoment& moment) {
    if (facts.route == MoveRoute::close) {
        if (facts.opened_by_us && moment.feerate)
            addPart(quote.fee, std::string(closing_part), closingFee(*moment.feerate));
        quote.confirmations = 1;
        quote.trust = "Nobody: both sign one last transaction that pays each side its part.";
        quote.risk = facts.htlcs > 0
                         ? "Payments on their way must end first, which can take hours. The partner may stop "
                           "answering; then you can still close alone."
                         : "The partner may stop answering; then you can still close alone.";
        quote.mechanism = "cooperative close";
    } else {
        if (facts.opened_by_us) addPart(quote.fee, "commitment transaction", facts.commitment_fee);
        addPart(quote.fee, "bringing it to your wallet", facts.claim_fee);
        addPart(quote.fee, "too small to claim", facts.lost_to_dust);
        quote.confirmations = static_cast<int>(1 + facts.delay_blocks + 1);
        quote.trust = "Nobody: you publish your own commitment, without the partner.";
        quote.risk = "Your money waits for the agreed delay before you can spend it, and the fee is higher. "
                     "Duplex must run now and then until it is over.";
        quote.mechanism = "force close";
    }
    if (facts.wanted < facts.balance)
        quote.risk += " The whole balance of the channel moves, not only the amount that you asked for.";
    quote.delay_s = quote.confirmations * moment.pace_s;
}

ledger::MoveStep step(std::string name, bool done, bool earlier_done, ledger::Verified verified) {
    ledger::MoveStep result{.name = std::move(name)};
    result.state = done           ? ledger::StepState::done
                   : earlier_done ? ledger::StepState::running
                                  : ledger::StepState::waiting;
    result.verified = std::move(verified);
    return result;
}

bool isLive(ChannelStage stage) {
    return stage >= ChannelStage::awaiting_funding && stage != ChannelStage::closed;
}

std::int64_t depthOf(std::uint32_t height, const MoveFacts& facts) {
    if (height == 0 || height > facts.height) return 0;
    return static_cast<std::int64_t>(facts.height) - height + 1;
}

std::string blocks(std::uint32_t count) {
    return count == 1 ? "1 block" : std::to_string(count) + " blocks";
}

void addOpeningSteps(ledger::Move& move, const MoveRecord& record, const MoveFacts& facts,
                     const MoveLabels& labels) {
    const bool over = record.end == MoveEnd::done && facts.stage == ChannelStage::absent;
    const bool agreed = isLive(facts.stage) || record.was_usable || over;
    move.steps.push_back(step("Agree with the partner", agreed, true, labels.own()));
    move.steps.back().evidence = move.channel_id;

    move.steps.push_back(step("Send the opening transaction", agreed, agreed, labels.own()));
    if (facts.funding) move.steps.back().evidence = facts.funding->reversedHex();

    // The partner forgets a channel that nobody funds (BOLT 2: 2,016 blocks); ours is never forgotten.
    constexpr std::uint32_t partner_forgets_after = 2016;
    const std::int64_t depth = depthOf(facts.funding_height, facts);
    const std::uint32_t wanted = std::max<std::uint32_t>(1, facts.minimum_depth);
    const bool deep = over || (agreed && depth >= wanted);
    move.steps.push_back(step("Wait for " + blocks(wanted), deep, agreed,
                              depth > 0 ? labels.at(facts.funding_height) : labels.own()));
    ledger::MoveStep& waiting = move.steps.back();
    if (agreed && !deep) {
        waiting.earliest_s = facts.now + (wanted - depth) * facts.pace_s;
        if (facts.funding) waiting.evidence = facts.funding->reversedHex();
        if (depth == 0) {
            waiting.deadline_height = facts.opened_height + partner_forgets_after;
            waiting.lost_if_missed =
                "The partner may forget the channel. Your coins then come back by closing "
                "it alone, less the fees.";
        }
    }
    const bool ready = deep && (facts.stage == ChannelStage::usable || record.was_usable || over);
    move.steps.push_back(step("Ready on both sides", ready, deep, labels.own()));
}

void addClosingSteps(ledger::Move& move, const MoveRecord& record, const MoveFacts& facts,
                     const MoveLabels& labels) {
    const bool over = record.end == MoveEnd::done && facts.stage == ChannelStage::absent;
    const bool sent = facts.closing.has_value() || over;
    if (record.route == MoveRoute::close)
        move.steps.push_back(step("Agree with the partner", sent, true, labels.own()));
    move.steps.push_back(
        step("Send the closing transaction", sent, sent || record.route != MoveRoute::close, labels.own()));
    if (facts.closing) move.steps.back().evidence = facts.closing->reversedHex();

    const std::int64_t depth = depthOf(facts.closing_height, facts);
    const bool confirmed = over || (sent && depth >= 1);
    move.steps.push_back(step("Wait for 1 block", confirmed, sent,
                              depth > 0 ? labels.at(facts.closing_height) : labels.own()));
    if (sent && !confirmed) move.steps.back().earliest_s = facts.now + facts.pace_s;

    bool waited = confirmed;
    if (facts.by_commitment || record.route == MoveRoute::close_alone) {
        waited = over || (confirmed && depth > facts.waits_blocks);
        move.steps.push_back(step("Wait for the agreed delay", waited, confirmed,
                                  depth > 0 ? labels.at(facts.closing_height) : labels.own()));
        if (confirmed && !waited)
            move.steps.back().earliest_s = facts.now + (facts.waits_blocks + 1 - depth) * facts.pace_s;
        if (!waited && facts.nearest_expiry) {
            move.steps.back().deadline_height = *facts.nearest_expiry;
            move.steps.back().lost_if_missed =
                "A payment on its way to you goes back to its sender. Keep Duplex running until then.";
        }
    }
    const bool nothing_left = facts.stage == ChannelStage::closed && !facts.payout;
    const bool arrived = over || (confirmed && (nothing_left || depthOf(facts.payout_height, facts) >= 1));
    move.steps.push_back(step("Arrive in your wallet", arrived, waited,
                              facts.payout_height > 0 ? labels.at(facts.payout_height) : labels.own()));
    if (facts.payout) move.steps.back().evidence = facts.payout->reversedHex();
    if (waited && !arrived) move.steps.back().earliest_s = facts.now + facts.pace_s;
}

/// The price that was agreed; the transaction that was built says what it really pays.
std::vector<ledger::FeePart> paidParts(const MoveRecord& record, const MoveFacts& facts) {
    std::vector<ledger::FeePart> parts = record.fee;
    const std::string_view built =
        record.route == MoveRoute::open ? opening_part : closing_part; // close-alone has neither
    for (ledger::FeePart& part : parts)
        if (facts.paid_fee && part.name == built) part.amount_sat = facts.paid_fee->value;
    return parts;
}

/// What happened to the money of a move that cannot end any more; empty while it can.
std::string failureOf(const MoveRecord& record, const MoveFacts& facts) {
    if (!record.failure.empty()) return record.failure;
    if (record.route != MoveRoute::open || record.was_usable) return {};
    const std::string why = facts.cause ? " (" + *facts.cause + ")" : std::string();
    if (facts.stage == ChannelStage::closing)
        return "Your coins are on their way back to Bitcoin: the channel was closed before it was ready" +
               why + ".";
    if (facts.stage == ChannelStage::closed && facts.funding_height == 0)
        return "No coins moved: the channel was not opened" + why + ".";
    if (facts.stage == ChannelStage::closed)
        return "Your coins are back on Bitcoin, less the fees: the channel was closed before it was ready" +
               why + ".";
    return {};
}

} // namespace

std::uint32_t openingDepth(Satoshi capacity, const ln::channel::Policy& policy) {
    return capacity < policy.large_channel ? policy.small_channel_depth : policy.large_channel_depth;
}

Satoshi closingFee(duplex::bitcoin::FeeratePerKw feerate) {
    const duplex::bitcoin::Script taproot = duplex::bitcoin::payToTaproot({});
    ln::commitment::ClosingTerms terms;
    terms.local_script = taproot;
    terms.remote_script = taproot;
    return feerate.feeCeil(ln::commitment::closingWeight(terms));
}

MoveQuote openQuote(const OpenFacts& facts, const MoveMoment& moment, const MoveLabels& labels) {
    MoveQuote quote{.route = std::string(nameOf(MoveRoute::open)), .from = moment.lower, .to = moment.upper};
    quote.amount_sat = facts.amount.value;
    quote.peer_id = facts.peer_id;
    quote.why_not = whyNotOpen(facts, moment);
    quote.available = quote.why_not.empty();
    if (facts.opening_fee) addPart(quote.fee, std::string(opening_part), *facts.opening_fee);
    if (facts.opening_fee && moment.feerate)
        addPart(quote.fee, "closing later, at today's price", closingFee(*moment.feerate));
    quote.fee.verified = labels.fee();
    const std::uint32_t depth = openingDepth(facts.amount, facts.policy);
    quote.confirmations = static_cast<int>(depth);
    quote.delay_s = depth * moment.pace_s;
    quote.trust =
        "Nobody: the coins stay yours, in an output that both of you must sign for. The partner must "
        "be online for payments.";
    quote.risk = "If the partner goes away, getting the money back takes the agreed delay and a higher fee. "
                 "Duplex must run within that delay now and then, or the partner could cheat.";
    quote.mechanism = "channel opening";
    quote.locked_sat = facts.amount.value;
    quote.expires_at = moment.now + quote_lifetime_s;
    return quote;
}

MoveQuote closeQuote(const CloseFacts& facts, const MoveMoment& moment, const MoveLabels& labels) {
    MoveQuote quote{.route = std::string(nameOf(facts.route)), .from = moment.upper, .to = moment.lower};
    quote.amount_sat = facts.balance.value;
    quote.channel_id = facts.channel_id;
    quote.peer_id = facts.peer_id;
    quote.why_not = whyNotClose(facts, moment);
    quote.available = quote.why_not.empty();
    priceClose(quote, facts, moment);
    quote.fee.verified = labels.fee();
    quote.locked_sat = facts.balance.value;
    quote.expires_at = moment.now + quote_lifetime_s;
    return quote;
}

ledger::Move moveOf(const MoveRecord& record, const MoveFacts& facts, const MoveMoment& moment,
                    const MoveLabels& labels) {
    ledger::Move move{.move_id = moveIdOf(record), .route = std::string(nameOf(record.route))};
    const bool up = record.route == MoveRoute::open;
    move.from = up ? moment.lower : moment.upper;
    move.to = up ? moment.upper : moment.lower;
    move.amount_sat = record.amount.value;
    if (record.channel) move.channel_id = record.channel->hex();
    move.started = secondsOf(record.started);
    for (const ledger::FeePart& part : paidParts(record, facts))
        addPart(move.fee, part.name, Satoshi{part.amount_sat});
    move.fee.verified = labels.fee();
    if (up)
        addOpeningSteps(move, record, facts, labels);
    else
        addClosingSteps(move, record, facts, labels);
    move.failure = failureOf(record, facts);
    const bool done = std::ranges::all_of(
        move.steps, [](const ledger::MoveStep& one) { return one.state == ledger::StepState::done; });
    move.state = !move.failure.empty() ? ledger::StepState::failed
                 : done                ? ledger::StepState::done
                                       : ledger::StepState::running;
    if (move.state == ledger::StepState::failed) {
        for (ledger::MoveStep& one : move.steps) {
            if (one.state == ledger::StepState::running) one.state = ledger::StepState::failed;
            one.deadline_height = 0;
            one.lost_if_missed.clear();
        }
    }
    move.locked_sat = move.state == ledger::StepState::running ? record.amount.value : 0;
    return move;
}

bool remember(MoveRecord& record, const MoveFacts& facts, ledger::StepState state) {
    if (facts.stage == ChannelStage::absent) return false; // nothing new can be learnt
    const MoveRecord before = record;
    const bool up = record.route == MoveRoute::open;
    if (const auto& transaction = up ? facts.funding : facts.closing) record.transaction = transaction;
    record.transaction_height = up ? facts.funding_height : facts.closing_height;
    // An archived channel no longer says what its close cost.
    if (record.route == MoveRoute::close) record.fee = paidParts(record, facts);
    record.was_usable |= up && facts.stage == ChannelStage::usable;
    record.end = state == ledger::StepState::done     ? MoveEnd::done
                 : state == ledger::StepState::failed ? MoveEnd::failed
                                                      : MoveEnd::running;
    return record != before;
}

} // namespace duplex::family::bitcoin
