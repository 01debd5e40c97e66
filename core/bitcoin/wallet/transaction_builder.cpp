#include "core/bitcoin/wallet/transaction_builder.h"

#include "core/base/check.h"
#include "core/bitcoin/script/standard_weight.h"
#include "core/bitcoin/wallet/random_order.h"

#include <numeric>

namespace duplex::bitcoin::wallet {

namespace {

constexpr std::int64_t segwit_marker_weight = 2;

std::unexpected<BuildError> failed(BuildError error) {
    return std::unexpected(error);
}

/// What the transaction will hold, before amounts are final.
struct Plan {
    std::vector<TxOut> outputs; // payments in order, then send_all_to
    std::vector<Coin> coins;
    Satoshi fee;
    std::vector<TxOut> change;
};

/// Weight without inputs and change; the counts are taken as one byte each, or three where payments alone
/// need it.
Weight baseWeight(const std::vector<TxOut>& outputs) {
    const std::int64_t output_count_bytes = outputs.size() + 2 < 253 ? 1 : 3;
    Weight weight{4 * (4 + 4 + 1 + output_count_bytes) + segwit_marker_weight};
    for (const TxOut& output : outputs) weight = weight + outputWeight(output.script_pubkey);
    return weight;
}

bool isDust(const TxOut& output) {
    return output.value.value < dustLimitSat(output.script_pubkey);
}

/// Change must be worth spending later, and more than dust.
Satoshi leastChange(const BuildContext& context) {
    const Satoshi to_spend = context.feerate.feeCeil(inputWeight(context.change_script));
    return std::max(Satoshi{dustLimitSat(context.change_script)}, to_spend);
}

SelectionTarget targetFor(const std::vector<TxOut>& outputs, Satoshi amount, const BuildContext& context) {
    return {.amount = amount,
            .base = baseWeight(outputs),
            .feerate = context.feerate,
            .change_output = outputWeight(context.change_script),
            .least_change = leastChange(context),
            .entropy = context.entropy};
}

std::optional<BuildError> faultIn(const BuildRequest& request, const BuildContext& context) {
    if (request.payments.empty() && !request.send_all_to) return BuildError::no_outputs;
    if (context.feerate < smallest_feerate || context.feerate > largest_feerate)
        return BuildError::feerate_out_of_range;
    std::optional<Satoshi> sum = Satoshi{};
    for (const Payment& payment : request.payments) {
        sum = checkedSum(*sum, payment.amount);
        if (!sum) return BuildError::amount_out_of_range;
        if (isDust({payment.amount, payment.script})) return BuildError::amount_below_dust;
    }
    const bool reserve_fits = inMoneyRange(request.reserve);
    return reserve_fits ? std::nullopt : std::optional(BuildError::amount_out_of_range);
}

/// The chosen coins, or all of them when none were chosen.
std::expected<std::vector<Coin>, BuildError> coinsFor(const BuildRequest& request,
                                                      const BuildContext& context) {
    if (request.chosen_coins.empty()) return context.coins;
    std::vector<Coin> result;
    for (const OutPoint& outpoint : std::set(request.chosen_coins.begin(), request.chosen_coins.end())) {
        const auto found = std::find_if(context.coins.begin(), context.coins.end(),
                                        [&](const Coin& coin) { return coin.outpoint == outpoint; });
        if (found == context.coins.end()) return failed(BuildError::coin_not_spendable);
        result.push_back(*found);
    }
    return result;
}

/// Coins that cost more than they bring.
void leaveOutDearer(std::vector<Coin>& coins, FeeratePerKw feerate) {
    std::erase_if(coins, [&](const Coin& coin) {
        return coin.output.value <= feerate.feeCeil(inputWeight(coin.output.script_pubkey));
    });
}

std::expected<Plan, BuildError> planSendAll(const BuildRequest& request, const BuildContext& context,
                                            Plan plan, Satoshi amount) {
    for (const Coin& coin : plan.coins) amount -= coin.output.value;
    Weight weight = baseWeight(plan.outputs);
    if (plan.coins.size() > 252) weight = weight + Weight{8};
    for (const Coin& coin : plan.coins) weight = weight + inputWeight(coin.output.script_pubkey);
    plan.fee = context.feerate.feeCeil(weight);
    TxOut& rest = plan.outputs.back();
    rest.value = -amount - plan.fee;
    if (plan.coins.empty() || rest.value.value <= 0) return failed(BuildError::insufficient_funds);
    if (isDust(rest))
        return failed(request.payments.empty() ? BuildError::amount_does_not_cover_fee
                                               : BuildError::insufficient_funds);
    return plan;
}

/// The fee comes out of the first payment: coins are chosen without a fee, which is then taken off.
std::expected<Plan, BuildError> planFeeFromPayment(const BuildRequest& request, const BuildContext& context,
                                                   Plan plan, Satoshi amount) {
    SelectionTarget target = targetFor(plan.outputs, amount, context);
    const FeeratePerKw feerate = target.feerate;
    target.feerate = {};
    if (request.chosen_coins.empty()) leaveOutDearer(plan.coins, feerate);
    const auto selection =
        request.chosen_coins.empty() ? selectCoins(plan.coins, target) : useCoins(plan.coins, target);
    if (!selection) return failed(BuildError::insufficient_funds);
    Weight weight = target.base;
    if (selection->coins.size() > 252) weight = weight + Weight{8};
    for (const Coin& coin : selection->coins) weight = weight + inputWeight(coin.output.script_pubkey);
    if (selection->change.value > 0) weight = weight + target.change_output;
    plan.fee = std::max(feerate.feeCeil(weight), selection->fee);
    TxOut& payer = plan.outputs.front();
    payer.value -= plan.fee - selection->fee;
    if (payer.value.value <= 0 || isDust(payer)) return failed(BuildError::amount_does_not_cover_fee);
    plan.coins = selection->coins;
    if (selection->change.value > 0) plan.change.push_back({selection->change, context.change_script});
    return plan;
}

std::expected<Plan, BuildError> planPayment(const BuildRequest& request, const BuildContext& context,
                                            Plan plan, Satoshi amount) {
    const SelectionTarget target = targetFor(plan.outputs, amount, context);
    const auto selection =
        request.chosen_coins.empty() ? selectCoins(plan.coins, target) : useCoins(plan.coins, target);
    if (!selection) return failed(BuildError::insufficient_funds);
    plan.coins = selection->coins;
    plan.fee = selection->fee;
    if (selection->change.value > 0) plan.change.push_back({selection->change, context.change_script});
    return plan;
}

/// Splits one coin of `reserve` off the change, where both parts stay useful.
void splitReserve(const BuildRequest& request, const BuildContext& context, Plan& plan) {
    if (request.reserve.value == 0 || !context.second_change_script || plan.change.size() != 1) return;
    const TxOut reserve{request.reserve, *context.second_change_script};
    const Satoshi cost = context.feerate.feeCeil(outputWeight(reserve.script_pubkey));
    const Satoshi rest = plan.change[0].value - reserve.value - cost;
    if (rest < leastChange(context) || isDust(reserve)) return;
    plan.change[0].value = rest;
    plan.change.push_back(reserve);
    plan.fee += cost;
}

std::expected<Plan, BuildError> planFor(const BuildRequest& request, const BuildContext& context) {
    Plan plan;
    Satoshi amount;
    for (const Payment& payment : request.payments) {
        plan.outputs.push_back({payment.amount, payment.script});
        amount += payment.amount;
    }
    auto coins = coinsFor(request, context);
    if (!coins) return failed(coins.error());
    plan.coins = std::move(*coins);
    if (request.send_all_to) {
        plan.outputs.push_back({{}, *request.send_all_to});
        if (request.chosen_coins.empty()) leaveOutDearer(plan.coins, context.feerate);
        return planSendAll(request, context, std::move(plan), amount);
    }
    auto planned = request.fee_from_first_payment
                       ? planFeeFromPayment(request, context, std::move(plan), amount)
                       : planPayment(request, context, std::move(plan), amount);
    if (planned) splitReserve(request, context, *planned);
    return planned;
}

UnsignedTransaction assembled(Plan plan, const BuildContext& context) {
    UnsignedTransaction result;
    result.fee = plan.fee;
    result.transaction.version = 2;
    result.transaction.locktime = context.locktime;
    shuffle(plan.coins, context.entropy, Draw::inputs);
    for (const Coin& coin : plan.coins) {
        result.transaction.inputs.push_back({.previous = coin.outpoint, .sequence = replaceable_sequence});
    }
    const std::size_t payments = plan.outputs.size();
    plan.outputs.insert(plan.outputs.end(), plan.change.begin(), plan.change.end());
    std::vector<std::uint32_t> order(plan.outputs.size());
    std::iota(order.begin(), order.end(), 0);
    shuffle(order, context.entropy, Draw::outputs);
    result.payment_outputs.resize(payments);
    for (std::uint32_t at = 0; at < order.size(); ++at) {
        result.transaction.outputs.push_back(plan.outputs[order[at]]);
        if (order[at] < payments) {
            result.payment_outputs[order[at]] = at;
        } else {
            result.change_outputs.push_back(at);
        }
    }
    // Unsigned, so every byte of it weighs 4; witnesses and their marker come on top.
    result.weight = result.transaction.weight() + Weight{segwit_marker_weight};
    for (const Coin& coin : plan.coins) {
        result.weight = result.weight + inputWeight(coin.output.script_pubkey);
        result.weight.value -= 4 * 41;
    }
    result.spent = std::move(plan.coins);
    return result;
}

} // namespace

std::string_view textOf(BuildError error) {
    switch (error) {
    case BuildError::no_outputs:
        return "There is nobody to pay.";
    case BuildError::amount_below_dust:
        return "The amount is too small to be relayed.";
    case BuildError::amount_out_of_range:
        return "The amount is out of range.";
    case BuildError::feerate_out_of_range:
        return "The fee rate is out of range.";
    case BuildError::insufficient_funds:
        return "The coins that can be spent now do not cover this and the fee.";
    case BuildError::amount_does_not_cover_fee:
        return "The amount does not cover the fee.";
    case BuildError::coin_not_spendable:
        return "A chosen coin cannot be spent now.";
    case BuildError::too_large:
        return "The transaction would be too large to be relayed: send less, or from fewer coins.";
    }
    return {};
}

std::expected<UnsignedTransaction, BuildError> buildTransaction(const BuildRequest& request,
                                                                const BuildContext& context) {
    if (const auto fault = faultIn(request, context)) return failed(*fault);
    auto plan = planFor(request, context);
    if (!plan) return failed(plan.error());
    UnsignedTransaction result = assembled(std::move(*plan), context);
    if (result.weight > script::heaviest_standard) return failed(BuildError::too_large);
    Satoshi sum = -result.fee;
    for (const Coin& coin : result.spent) sum += coin.output.value;
    for (const TxOut& output : result.transaction.outputs) sum -= output.value;
    check(sum.value == 0, "a built transaction pays out what it spends, less its fee");
    check(result.fee >= context.feerate.feeCeil(result.weight), "a built transaction pays its feerate");
    return result;
}

std::uint32_t antiFeeSnipingLocktime(const ChainView& view, const ByteArray<32>& entropy) {
    if (!view.is_current) return 0;
    const std::uint32_t height = std::min(view.complete_to.value, view.lowest_peer_tip.value);
    const auto numbers = drawNumbers(entropy, Draw::locktime, 2);
    if (numbers[0] % 10 != 0) return height;
    return height - std::min(height, static_cast<std::uint32_t>(numbers[1] % 100));
}

} // namespace duplex::bitcoin::wallet
