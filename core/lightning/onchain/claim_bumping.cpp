#include "core/lightning/onchain/claim_bumping.h"

#include "core/base/check.h"

namespace duplex::lightning::onchain {

namespace {

/// A DER signature with low S and its flags: at most 72 bytes.
const Bytes longest_signature(72);
/// Wallet inputs and claims without a time lock: below 0xfffffffe, so that each version can be replaced.
constexpr std::uint32_t replaceable_sequence = 0xfffffffd;

Satoshi sumOf(const std::vector<WalletCoin>& coins) {
    Satoshi total;
    for (const WalletCoin& coin : coins) total += coin.spent.value;
    return total;
}

FeeratePerKw feerateOf(Satoshi fee, bitcoin::Weight weight) {
    return {std::max<std::int64_t>(fee.value, 0) * 1000 / weight.value};
}

/// Rounds towards `from`; `steps` is not zero.
FeeratePerKw between(FeeratePerKw from, FeeratePerKw to, std::uint32_t step, std::uint32_t steps) {
    return {from.value +
            (to.value - from.value) * static_cast<std::int64_t>(step) / static_cast<std::int64_t>(steps)};
}

template <typename A, typename B>
bool sharesAny(const std::vector<A>& outpoints, const std::vector<B>& inputs) {
    return std::ranges::any_of(inputs, [&](const B& input) {
        return std::ranges::find(outpoints, input.outpoint) != outpoints.end();
    });
}

/// What earlier versions of a claim bind the next one to.
struct History {
    FeeratePerKw reached;
    Satoshi live_fees; // of versions that may still be in mempools
    bool any = false;
    bool same_inputs = false; // one live version, with exactly these inputs
    Satoshi same_fee;
    BlockHeight started;
    BlockHeight last_built;
    std::set<OutPoint> own_coins;
    std::set<OutPoint> foreign_coins; // reserved by other claims
};

History historyOf(const std::vector<ClaimInput>& inputs, const BumpingFacts& facts) {
    History history;
    const auto begunOf = [](const ClaimInput& input) { return input.begun.value_or(input.claimable_since); };
    history.started = begunOf(inputs.front());
    for (const ClaimInput& input : inputs) history.started = std::min(history.started, begunOf(input));
    for (const ClaimAttempt& attempt : facts.attempts) {
        const auto isSpent = [&](const OutPoint& outpoint) { return facts.spent.contains(outpoint); };
        const bool live = std::ranges::none_of(attempt.inputs, isSpent) &&
                          std::ranges::none_of(attempt.wallet_inputs, isSpent);
        if (!sharesAny(attempt.inputs, inputs)) {
            if (live)
                history.foreign_coins.insert(attempt.wallet_inputs.begin(), attempt.wallet_inputs.end());
            continue;
        }
        history.any = true;
        history.reached = std::max(history.reached, attempt.feerate);
        history.started = std::min(history.started, attempt.started);
        history.last_built = std::max(history.last_built, attempt.last_built);
        history.own_coins.insert(attempt.wallet_inputs.begin(), attempt.wallet_inputs.end());
        if (!live) continue;
        history.live_fees += attempt.fee;
        history.same_inputs =
            attempt.inputs.size() == inputs.size() && history.live_fees == attempt.fee &&
            std::ranges::all_of(inputs, [&](const ClaimInput& input) {
                return std::ranges::find(attempt.inputs, input.outpoint) != attempt.inputs.end();
            });
        history.same_fee = attempt.fee;
    }
    return history;
}

/// The feerate of the next version: the curve's, never under what was reached, a full increment above it
/// where it rises, and rising each block in the last third or when a rival shows up.
FeeratePerKw nextFeerate(const BumpingFacts& facts, const History& history,
                         const std::vector<ClaimInput>& inputs, std::optional<BlockHeight> deadline,
                         FeeratePerKw budget) {
    const FeeratePerKw target = feerateAt(facts.fees, history.started, facts.now, deadline, budget);
    if (!history.any) return target;
    const FeeratePerKw raised{history.reached.value + facts.fees.increment.value};
    const bool contested = std::ranges::any_of(
        inputs, [&](const ClaimInput& input) { return facts.contested.contains(input.outpoint); });
    const bool new_block = facts.now > history.last_built;
    const bool last_third =
        deadline &&
        facts.now.value >=
            deadline->value - (deadline->value - std::min(history.started.value, deadline->value)) / 3;
    if (target > history.reached || contested || (last_third && new_block)) {
        const FeeratePerKw next = std::max(target, raised);
        if (next <= budget) return next;
    }
    return std::min(history.reached, budget);
}

/// A claim in the making. Wallet coins stand after the claimed outputs.
struct Draft {
    const std::vector<ClaimInput>& inputs;
    Script payout;
    std::vector<WalletCoin> coins;
    bitcoin::Weight parent_weight{0};
    Satoshi parent_fee;

    Transaction transaction(Satoshi payout_value) const {
        Transaction result;
        result.version = 2;
        for (const ClaimInput& input : inputs) {
            result.locktime = std::max(result.locktime, input.locktime);
            result.inputs.push_back({.previous = input.outpoint, .sequence = input.sequence});
            if (input.paired_output) result.outputs.push_back(*input.paired_output);
        }
        for (const WalletCoin& coin : coins)
            result.inputs.push_back({.previous = coin.outpoint, .sequence = replaceable_sequence});
        result.outputs.push_back({.value = payout_value, .script_pubkey = payout});
        return result;
    }
    bitcoin::Weight weight() const {
        Transaction complete = transaction({0});
        std::int64_t wallet = 0;
        for (std::size_t i = 0; i < inputs.size(); ++i)
            complete.inputs[i].witness = claimWitness(inputs[i], longest_signature);
        for (const WalletCoin& coin : coins) wallet += coin.witness_weight.value;
        return {complete.weight().value + wallet};
    }
    bitcoin::Weight packageWeight() const { return weight() + parent_weight; }
    /// What may go to fee and payout: all inputs less the paired outputs.
    Satoshi available() const {
        Satoshi total = sumOf(coins);
        for (const ClaimInput& input : inputs) {
            total += input.spent.value;
            if (input.paired_output) total -= input.paired_output->value;
        }
        return total;
    }
};

struct Price {
    FeeratePerKw feerate;
    Satoshi fee;
};

/// What this draft has to pay, or nothing where that is above `budget` and no version of it is out.
std::optional<Price> priceOf(const Draft& draft, const BumpingFacts& facts, const History& history,
                             std::optional<BlockHeight> deadline, Satoshi budget) {
    const bitcoin::Weight weight = draft.weight();
    const FeeratePerKw most = feerateOf(budget + draft.parent_fee, draft.packageWeight());
    const auto as_it_is = [&]() -> std::optional<Price> {
        // What is out stays out: taking it back saves nothing, for others have it.
        if (!history.same_inputs) return std::nullopt;
        return Price{.feerate = history.reached, .fee = history.same_fee};
    };
    if (most < facts.fees.floor) return as_it_is();
    const FeeratePerKw feerate = nextFeerate(facts, history, draft.inputs, deadline, most);
    Satoshi fee = feerate.feeCeil(draft.packageWeight()) - draft.parent_fee;
    fee = std::max(fee, facts.fees.floor.feeCeil(weight));
    // A newer version must beat all that it replaces by the relay increment; the same one is just sent again.
    const bool same_again = history.same_inputs && feerate == history.reached;
    if (same_again) fee = std::max(fee, history.same_fee);
    if (!same_again && history.live_fees.value > 0)
        fee = std::max(fee, history.live_fees + facts.fees.increment.feeCeil(weight));
    if (fee > std::max(budget, history.same_fee)) return as_it_is();
    return Price{.feerate = feerate, .fee = fee};
}

/// The coins that pay for `draft`: those that its last version used, then as few more as do.
std::expected<Price, BumpingError> fund(Draft& draft, BumpingFacts& facts, const History& history,
                                        std::optional<BlockHeight> deadline, Satoshi budget) {
    std::vector<WalletCoin> free;
    for (const WalletCoin& coin : facts.coins) {
        if (history.own_coins.contains(coin.outpoint))
            draft.coins.push_back(coin);
        else if (!history.foreign_coins.contains(coin.outpoint))
            free.push_back(coin);
    }
    std::ranges::sort(free, {},
                      [](const WalletCoin& coin) { return std::pair(coin.spent.value, coin.outpoint); });
    const Satoshi dust{bitcoin::dustLimitSat(draft.payout)};
    while (true) {
        if (!draft.coins.empty()) {
            const auto price = priceOf(draft, facts, history, deadline, budget);
            if (!price) return std::unexpected(BumpingError::uneconomic);
            if (draft.available() - price->fee >= dust) return *price;
        }
        if (free.empty()) {
            // All that there is: better a version that pays what it can than none.
            const auto price =
                priceOf(draft, facts, history, deadline, std::min(budget, draft.available() - dust));
            if (draft.coins.empty() || !price || draft.available() - price->fee < dust)
                return std::unexpected(BumpingError::no_coins);
            return *price;
        }
        // The smallest coin that is enough by itself, else the largest.
        auto chosen = std::prev(free.end());
        for (auto coin = free.begin(); coin != free.end(); ++coin) {
            Draft with = draft;
            with.coins.push_back(*coin);
            const auto price = priceOf(with, facts, history, deadline, budget);
            if (price && with.available() - price->fee >= dust) {
                chosen = coin;
                break;
            }
        }
        draft.coins.push_back(*chosen);
        free.erase(chosen);
    }
}

/// Coins are in one claim only, and an earlier version is replaced once: the claims that follow need not beat
/// its fee again (a joint penalty that is being split).
void settle(BumpingFacts& facts, const Draft& draft) {
    std::erase_if(facts.coins, [&](const WalletCoin& coin) {
        return std::ranges::find(draft.coins, coin.outpoint, &WalletCoin::outpoint) != draft.coins.end();
    });
    for (ClaimAttempt& attempt : facts.attempts) {
        if (sharesAny(attempt.inputs, draft.inputs)) attempt.fee = {0};
    }
}

Claim claimOf(const Draft& draft, const Price& price, const History& history,
              std::optional<BlockHeight> deadline) {
    return {.transaction = draft.transaction(draft.available() - price.fee),
            .inputs = draft.inputs,
            .wallet_inputs = draft.coins,
            .deadline = deadline,
            .started = history.started,
            .fee = price.fee,
            .feerate = price.feerate};
}

std::optional<BlockHeight> earliestDeadline(const std::vector<ClaimInput>& inputs) {
    std::optional<BlockHeight> earliest;
    for (const ClaimInput& input : inputs) {
        if (input.deadline && (!earliest || *input.deadline < *earliest)) earliest = input.deadline;
    }
    return earliest;
}

Satoshi valueOf(const std::vector<ClaimInput>& inputs) {
    Satoshi total;
    for (const ClaimInput& input : inputs) total += input.spent.value;
    return total;
}

/// Half of what a claim brings; all of it where a thief would have it otherwise. A joint penalty stays so
/// cheap that the largest of its parts can outbid it when it is split.
Satoshi budgetOf(const std::vector<ClaimInput>& inputs) {
    const Satoshi value = valueOf(inputs);
    if (!isPenalty(inputs.front().kind)) return {value.value / 2};
    if (inputs.size() == 1) return value;
    Satoshi largest;
    for (const ClaimInput& input : inputs) largest = std::max(largest, input.spent.value);
    return {largest.value / 2};
}

/// Leaves out inputs that would cost more than they bring beside the others.
void dropInputsThatCost(std::vector<ClaimInput>& inputs, const FeeFacts& fees) {
    if (inputs.size() < 2) return;
    std::vector<ClaimInput> kept;
    for (const ClaimInput& input : inputs) {
        const std::vector<ClaimInput> alone = {input};
        const bitcoin::Weight weight = Draft{.inputs = alone, .payout = {}}.weight();
        if (fees.slow.feeCeil(weight) < input.spent.value) kept.push_back(input);
    }
    if (!kept.empty()) inputs = std::move(kept);
}

} // namespace

FeeratePerKw feerateAt(const FeeFacts& fees, BlockHeight started, BlockHeight now,
                       std::optional<BlockHeight> deadline, FeeratePerKw budget) {
    FeeratePerKw rate = fees.slow;
    if (deadline) {
        const std::uint32_t start = std::min(started.value, now.value);
        const std::uint32_t end = std::max(start, deadline->value < 6 ? 0 : deadline->value - 6);
        const std::uint32_t half = std::min(end, start + (std::max(deadline->value, start) - start) / 2);
        const FeeratePerKw fast = std::max(fees.slow, fees.fast);
        if (now.value >= end)
            rate = budget;
        else if (now.value >= half)
            rate = between(fast, std::max(fast, budget), now.value - half, end - half);
        else
            rate = between(fees.slow, fast, now.value - start, half - start);
    }
    return std::max(std::min(rate, budget), fees.floor);
}

std::expected<Claim, BumpingError> buildClaim(std::vector<ClaimInput> inputs, BumpingFacts& facts) {
    check(!inputs.empty(), "a claim has inputs");
    const bool paired = isPaired(inputs.front().kind);
    if (!paired) dropInputsThatCost(inputs, facts.fees);
    const Satoshi value = valueOf(inputs);
    const Satoshi budget = budgetOf(inputs);
    const std::optional<BlockHeight> deadline = earliestDeadline(inputs);
    const History history = historyOf(inputs, facts);
    Draft draft{.inputs = inputs, .payout = facts.payout};
    if (paired) {
        const auto price = fund(draft, facts, history, deadline, budget);
        if (!price) return std::unexpected(price.error());
        settle(facts, draft);
        return claimOf(draft, *price, history, deadline);
    }
    const Satoshi dust{bitcoin::dustLimitSat(facts.payout)};
    const auto price = priceOf(draft, facts, history, deadline, std::min(budget, value - dust));
    if (!price) return std::unexpected(BumpingError::uneconomic);
    settle(facts, draft);
    return claimOf(draft, *price, history, deadline);
}

std::expected<Claim, BumpingError> buildAnchorChild(const ClaimInput& anchor, const Transaction& parent,
                                                    bitcoin::Weight parent_weight, Satoshi parent_fee,
                                                    Satoshi value_at_stake, BumpingFacts& facts) {
    const std::vector<ClaimInput> inputs = {anchor};
    const History history = historyOf(inputs, facts);
    const Satoshi budget{value_at_stake.value / 2};
    Draft draft{
        .inputs = inputs, .payout = facts.payout, .parent_weight = parent_weight, .parent_fee = parent_fee};
    // Without a child the parent has its own feerate: is that enough?
    const FeeratePerKw most = feerateOf(budget + parent_fee, parent_weight);
    if (!history.any && feerateAt(facts.fees, history.started, facts.now, anchor.deadline, most) <=
                            feerateOf(parent_fee, parent_weight))
        return std::unexpected(BumpingError::uneconomic);
    const auto price = fund(draft, facts, history, anchor.deadline, budget);
    if (!price) return std::unexpected(price.error());
    settle(facts, draft);
    Claim claim = claimOf(draft, *price, history, anchor.deadline);
    claim.parent = parent;
    return claim;
}

} // namespace duplex::lightning::onchain
